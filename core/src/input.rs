//! Prepares the inputs of a run: the validated spec, its secrets, and the redaction of all texts.

use std::io::Read;

use tokio::task::spawn_blocking;

use crate::backend::{Backend, Requires};
use crate::cli::Options;
use crate::error::Error;
use crate::peer::Texts;
use crate::readiness::join_endpoints;
use crate::redact::{self, Redactor};
use crate::secrets::Secrets;
use crate::spec::{Context, Part, SpecSchema, Text, Unresolved};
use crate::stop::{Bounds, Cut};
use crate::variables::Variables;
use crate::{editor, extension, limits, log, spec, vocabulary};

/// Reads and parses the spec. Reading is cancelled by a signal or the deadline, because standard input may be slow.
pub(crate) async fn text<B: Backend>(
    options: &Options,
    stdin: impl Read + Send + 'static,
    variables: &Variables,
    bounds: &Bounds,
) -> Result<Text, Error> {
    let parts = parts(options, stdin, bounds).await?;
    Text::new(parts, &Context { variables, spec_schema: &spec_schema::<B> }).map_err(|unresolved| {
        match unresolved {
            Unresolved::Invalid(violations) => Error::Invalid(violations),
            Unresolved::Credentials(violations) => Error::InterpolatedCredential(violations),
        }
    })
}

/// Reads the files of the spec, on a blocking thread if one can be started.
async fn parts(
    options: &Options,
    stdin: impl Read + Send + 'static,
    bounds: &Bounds,
) -> Result<Vec<Part>, Error> {
    let source = options.spec.clone();
    let reading = async {
        if limits::check_thread().is_err() {
            return Ok(spec::read(&source, stdin));
        }
        spawn_blocking(move || spec::read(&source, stdin)).await
    };
    match bounds.within(reading).await {
        Ok(read) => Ok(read.map_err(|error| Error::Start(error.into()))??),
        Err(Cut::Stopped(signal)) => Err(Error::Stopped(signal)),
        Err(Cut::Deadline) => {
            let (server, doing) = (format!("the spec {}", options.spec), "reading it".to_owned());
            Err(Error::Deadline { server, ready: false, within: bounds.timeout, doing, last: None })
        }
    }
}

/// Parses and validates the spec.
pub(crate) fn desired<B: Backend>(text: &Text) -> Result<B::Desired, Error> {
    let parsed = text.parse::<B::Spec>()?;
    Ok(B::validate(parsed, &text.files).map_err(|violations| text.locate(violations))?)
}

/// Returns the endpoints and secrets of the run. From now on, log lines name the server.
pub(crate) fn requires<B: Backend>(desired: &B::Desired) -> Requires {
    let requires = B::requires(desired);
    log::set_endpoint(join_endpoints(&requires.endpoints));
    requires
}

/// Reads all secrets of the run.
pub(crate) fn secrets(options: &Options, requires: &Requires) -> Result<Secrets, Error> {
    limits::check_thread().map_err(Error::Start)?;
    Secrets::read(&options.secrets_dir, &requires.secrets).map_err(Error::Secrets)
}

/// Creates the redaction of texts, and installs it for the log. Words of the spec and of the tool are public, so they are not
/// redacted in texts of this program.
pub(crate) fn texts(secrets: &Secrets, spec: &Text, vocabulary: &str) -> Texts {
    let public = spec.public().into_iter().chain([vocabulary]);
    let texts = Texts::new(Redactor::new(secrets, public));
    redact::set_current(texts.redactor.clone());
    texts
}

/// The words that the tool itself uses: fields and enumerated values of its specs, and the words of every report.
pub(crate) fn vocabulary<B: Backend>() -> String {
    vocabulary::from_schema(&spec_schema::<B>().published())
}

/// The structure of the spec, from the JSON Schema of its type.
pub(crate) fn spec_schema<B: Backend>() -> SpecSchema {
    let mut schema = schemars::schema_for!(B::Spec);
    schema.insert("title".to_owned(), format!("{} spec", B::NAME).into());
    SpecSchema::new(schema.to_value())
}

/// The JSON Schema of the spec, from its types.
pub fn schema<B: Backend>() -> Result<String, serde_json::Error> {
    let schema = editor::for_editors(spec_schema::<B>().published(), B::NAME, B::EXAMPLES)?;
    // Converted to a schema, the keywords have the conventional order.
    let mut schema = schemars::Schema::try_from(schema)?;
    // Editors must not mark extension fields as unknown.
    schema.insert(
        "patternProperties".to_owned(),
        serde_json::json!({ format!("^{}", extension::PREFIX): true }),
    );
    serde_json::to_string_pretty(&schema).map(|json| json + "\n")
}
