//! What a run works from: the spec as it is meant, the secrets that it names, and what its texts go through.

use std::io::Read;

use tokio::task::spawn_blocking;

use crate::backend::{Backend, Requires};
use crate::cli::Options;
use crate::error::Error;
use crate::peer::Texts;
use crate::readiness::shown;
use crate::redact::{self, Redactor};
use crate::secrets::Secrets;
use crate::spec::{Grounds, Part, Shape, Text, Unresolved};
use crate::stop::{Bounds, Cut};
use crate::variables::Variables;
use crate::{editor, extension, limits, log, spec, words};

/// Reads the spec. Standard input may be slow, so it is read beside the signals.
pub(crate) async fn text<B: Backend>(
    options: &Options,
    stdin: impl Read + Send + 'static,
    variables: &Variables,
    bounds: &Bounds,
) -> Result<Text, Error> {
    let parts = parts(options, stdin, bounds).await?;
    Text::new(parts, &Grounds { variables, shape: &shape::<B> }).map_err(|unresolved| match unresolved {
        Unresolved::Invalid(violations) => Error::Invalid(violations),
        Unresolved::Credentials(violations) => Error::Borrowed(violations),
    })
}

async fn parts(
    options: &Options,
    stdin: impl Read + Send + 'static,
    bounds: &Bounds,
) -> Result<Vec<Part>, Error> {
    let source = options.spec.clone();
    let reading = async {
        if limits::thread().is_err() {
            return Ok(spec::read(&source, stdin));
        }
        spawn_blocking(move || spec::read(&source, stdin)).await
    };
    match bounds.within(reading).await {
        Ok(read) => Ok(read.map_err(|error| Error::Start(error.into()))??),
        Err(Cut::Stopped(signal)) => Err(Error::Stopped(signal)),
        Err(Cut::Deadline) => {
            let (of, doing) = (format!("the spec {}", options.spec), "reading it".to_owned());
            Err(Error::Deadline { of, ready: false, within: bounds.timeout, doing, last: None })
        }
    }
}

/// What the spec means.
pub(crate) fn desired<B: Backend>(text: &Text) -> Result<B::Desired, Error> {
    let parsed = text.parse::<B::Spec>()?;
    Ok(B::validate(parsed, &text.files).map_err(|violations| text.locate(violations))?)
}

/// What a run needs. From now on the log names the server.
pub(crate) fn requires<B: Backend>(desired: &B::Desired) -> Requires {
    let requires = B::requires(desired);
    log::about(shown(&requires.endpoints));
    requires
}

/// All secrets that are needed.
pub(crate) fn secrets(options: &Options, requires: &Requires) -> Result<Secrets, Error> {
    limits::thread().map_err(Error::Start)?;
    Secrets::read(&options.secrets_dir, &requires.secrets).map_err(Error::Secrets)
}

/// What makes texts fit to be shown, from now on in the log too. The words of the spec and the tool's own are what
/// anybody may read.
pub(crate) fn texts(secrets: &Secrets, spec: &Text, vocabulary: &str) -> Texts {
    let public = spec.public().into_iter().chain([vocabulary]);
    let texts = Texts::new(Redactor::new(secrets, public));
    redact::set_current(texts.redactor.clone());
    texts
}

/// The words that the tool itself uses: the fields and choices of its specs, and those of every report.
pub(crate) fn vocabulary<B: Backend>() -> String {
    words::of(&shape::<B>().offered())
}

/// What the spec's types say.
pub(crate) fn shape<B: Backend>() -> Shape {
    let mut schema = schemars::schema_for!(B::Spec);
    schema.insert("title".to_owned(), format!("{} spec", B::NAME).into());
    Shape::new(schema.to_value())
}

/// The JSON Schema of the spec, from its types.
pub fn schema<B: Backend>() -> Result<String, serde_json::Error> {
    let schema = editor::shown(shape::<B>().offered(), B::NAME, B::EXAMPLES)?;
    // As a schema again, its keywords are in the order in which people read them.
    let mut schema = schemars::Schema::try_from(schema)?;
    // An editor must not mark the keys as unknown that are ignored.
    schema.insert(
        "patternProperties".to_owned(),
        serde_json::json!({ format!("^{}", extension::PREFIX): true }),
    );
    serde_json::to_string_pretty(&schema).map(|json| json + "\n")
}
