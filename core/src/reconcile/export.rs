//! The reading of everything that a server has. Nothing is written, so a connection that is lost is made again and the
//! reading begins anew.

use tracing::warn;

use super::Driver;
use crate::backend::{Backend, Fault, FaultKind};
use crate::error::Error;
use crate::export::{Connection, Export, Scope, document};
use crate::report::Findings;

impl<B: Backend> Driver<'_, B> {
    /// The spec of the server.
    pub(crate) async fn export(mut self, connection: &Connection, scope: &Scope) -> Findings<B::Change> {
        let endpoint = self.of();
        let (document, error) = match self.exported(scope).await {
            Ok(export) => {
                let of = (B::NAME, endpoint.as_str());
                (Some(document(of, connection, export, scope, &self.texts.redactor)), None)
            }
            Err(error) => (None, Some(error)),
        };
        Findings { error, document, texts: self.texts, endpoint, ..Findings::none() }
    }

    async fn exported(&mut self, scope: &Scope) -> Result<Export, Error> {
        loop {
            let mut backend = self.connect().await?;
            match self.everything(&mut backend, scope).await? {
                Ok(export) => return Ok(export),
                Err(fault) => {
                    warn!(cause = %fault, "lost the connection; connecting and reading again");
                    self.pause(fault).await?;
                }
            }
        }
    }

    /// One reading. What a new connection may mend is given back as a fault of the reading.
    async fn everything(
        &mut self,
        backend: &mut B,
        scope: &Scope,
    ) -> Result<Result<Export, Box<dyn Fault>>, Error> {
        let export = self.bounds.within(backend.export(self.desired, self.secrets, scope)).await;
        match export.map_err(|cut| self.cut(cut, "reading everything that is there".to_owned()))? {
            Ok(export) => Ok(Ok(export)),
            Err(fault) if matches!(fault.kind(), FaultKind::Unavailable | FaultKind::Raced) => {
                Ok(Err(Box::new(fault)))
            }
            Err(fault) => Err(self.server("reading everything that is there from", Box::new(fault))),
        }
    }
}
