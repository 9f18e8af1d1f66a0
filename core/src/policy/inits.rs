//! The inits of a project: services, `pre_start` hooks and jobs.

use serde_json::Value;

use super::compose::{Mount, Project, Service};

/// How an init is started, which decides what it is told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// With `up`: an application has to wait for its end.
    Service,
    /// Before the container of its service, which waits for it by itself.
    Hook,
    /// By hand.
    Job,
}

/// One init, with what it has from the service that it is a hook of.
#[derive(Debug)]
pub(super) struct Init<'a> {
    /// How findings call it.
    pub(super) name: String,
    pub(super) form: Form,
    /// What is said of the init itself.
    pub(super) own: &'a Service,
    /// The service that runs it: for a hook the one that it belongs to, else itself.
    pub(super) service: &'a Service,
    /// The key of that service.
    pub(super) key: &'a str,
}

/// Every init of a project: the services first, then the hooks, then the jobs.
pub(super) fn of<'a>(project: &'a Project) -> Vec<Init<'a>> {
    let named = |form| {
        move |(key, own): (&'a String, &'a Service)| {
            let is_init = key.ends_with("-init") || own.image.as_deref().is_some_and(is_init_image);
            is_init.then(|| Init { name: key.clone(), form, own, service: own, key })
        }
    };
    let services = project.services.iter().filter_map(named(Form::Service));
    let hooks = project.services.iter().flat_map(|(key, service)| hooks(key, service));
    services.chain(hooks).chain(project.jobs.iter().filter_map(named(Form::Job))).collect()
}

/// A hook without an image of its own runs in the service's.
fn hooks<'a>(key: &'a str, service: &'a Service) -> impl Iterator<Item = Init<'a>> {
    service.pre_start.iter().enumerate().filter_map(move |(index, own)| {
        let image = own.image.as_deref()?;
        let name = format!("{key}: pre_start {}", index + 1);
        is_init_image(image).then_some(Init { name, form: Form::Hook, own, service, key })
    })
}

/// Whether an image's name ends in `-init`, before its tag or digest.
fn is_init_image(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    name.split_once(':').map_or(name, |(name, _)| name).ends_with("-init")
}

impl<'a> Init<'a> {
    /// What is set on the init, or else on the service that runs it.
    fn inherited<T: ?Sized>(&self, part: impl Fn(&'a Service) -> Option<&'a T>) -> Option<&'a T> {
        part(self.own).or_else(|| part(self.service))
    }

    pub(super) fn user(&self) -> &'a str {
        self.inherited(|service| service.user.as_deref()).unwrap_or_default()
    }

    /// Whether it stays and keeps the server so: its health check stands for its result.
    pub(super) fn is_watch(&self) -> bool {
        let words = self.own.command.as_ref().and_then(Value::as_array);
        words.is_some_and(|words| words.iter().any(|word| word == "watch"))
    }

    pub(super) fn is_privileged(&self) -> bool {
        self.inherited(|service| service.privileged.as_ref()).is_some_and(|privileged| *privileged)
    }

    /// Its variables with their values, and whether each is there only because the service has it.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&'a str, String, bool)> {
        let own = &self.own.environment;
        let inherited = self.service.environment.iter().filter(|(name, _)| !own.contains_key(*name));
        let is_hook = self.form == Form::Hook;
        let inherited = inherited.map(move |(name, value)| (name, value, is_hook));
        let own = own.iter().map(|(name, value)| (name, value, false));
        own.chain(inherited).map(|(name, value, inherited)| (name.as_str(), text(value.as_ref()), inherited))
    }

    /// What the init itself says that becomes an argument, or a line of its hosts file.
    pub(super) fn arguments(&self) -> impl Iterator<Item = String> {
        let own = self.own;
        [&own.command, &own.entrypoint, &own.extra_hosts].into_iter().flatten().map(Value::to_string)
    }

    /// The configs and secrets that the init itself names.
    pub(super) fn mounts(&self) -> impl Iterator<Item = (&'static str, &'a Mount)> {
        let configs = self.own.configs.iter().map(|mount| ("config", mount));
        configs.chain(self.own.secrets.iter().map(|mount| ("secret", mount)))
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
