//! The command `export` of the driver. Nothing is written, so after a lost connection everything is read again.

use tracing::warn;

use super::Driver;
use crate::backend::{Backend, Fault, FaultKind};
use crate::error::Error;
use crate::export::{Connection, Export, Scope, document};
use crate::report::Findings;

impl<B: Backend> Driver<'_, B> {
    /// Reads the server and writes its spec.
    pub(crate) async fn export(mut self, connection: &Connection, scope: &Scope) -> Findings<B::Change> {
        let endpoint = self.endpoints();
        let (document, error) = match self.read_with_retries(scope).await {
            Ok(export) => {
                let of = (B::NAME, endpoint.as_str());
                (Some(document(of, connection, export, scope, &self.texts.redactor)), None)
            }
            Err(error) => (None, Some(error)),
        };
        Findings { error, document, texts: self.texts, endpoint, ..Findings::none() }
    }

    async fn read_with_retries(&mut self, scope: &Scope) -> Result<Export, Error> {
        loop {
            let mut backend = self.connect().await?;
            match self.read_once(&mut backend, scope).await? {
                Ok(export) => return Ok(export),
                Err(fault) => {
                    warn!(cause = %fault, "lost the connection; connecting and reading again");
                    self.pause(fault).await?;
                }
            }
        }
    }

    /// Reads the server once. A fault that a new connection may resolve is returned as the inner error.
    async fn read_once(
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
            Err(fault) => Err(self.server_error("reading everything that is there from", Box::new(fault))),
        }
    }
}
