//! The inits of a project: services, `pre_start` hooks and jobs.

use serde_json::Value;

use super::compose::{Mount, Project, Service};

/// The way in which an init is started, which determines the rules that apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Started by `up`. Applications must wait for its end.
    Service,
    /// Started before the container of its service, which waits for it without a dependency.
    Hook,
    /// Started by hand.
    Job,
}

/// One init, with the service from which it inherits if it is a hook.
#[derive(Debug)]
pub(super) struct Init<'a> {
    /// The name in findings.
    pub(super) name: String,
    pub(super) form: Form,
    /// The fields of the init itself.
    pub(super) own: &'a Service,
    /// The service that runs it: for a hook its service, otherwise the init itself.
    pub(super) service: &'a Service,
    /// The key of that service.
    pub(super) key: &'a str,
}

/// Returns all inits of a project: first services, then hooks, then jobs.
pub(super) fn of<'a>(project: &'a Project) -> Vec<Init<'a>> {
    let init_of = |form| {
        move |(key, own): (&'a String, &'a Service)| {
            let is_init = key.ends_with("-init") || own.image.as_deref().is_some_and(is_init_image);
            is_init.then(|| Init { name: key.clone(), form, own, service: own, key })
        }
    };
    let services = project.services.iter().filter_map(init_of(Form::Service));
    let hooks = project.services.iter().flat_map(|(key, service)| hooks(key, service));
    services.chain(hooks).chain(project.jobs.iter().filter_map(init_of(Form::Job))).collect()
}

/// The hooks that are inits. A hook without an image of its own runs in that of the service, so it is none.
fn hooks<'a>(key: &'a str, service: &'a Service) -> impl Iterator<Item = Init<'a>> {
    service.pre_start.iter().enumerate().filter_map(move |(index, own)| {
        let image = own.image.as_deref()?;
        let name = format!("{key}: pre_start {}", index + 1);
        is_init_image(image).then_some(Init { name, form: Form::Hook, own, service, key })
    })
}

/// Returns true if an image's name, without tag and digest, ends in `-init`.
fn is_init_image(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    name.split_once(':').map_or(name, |(name, _)| name).ends_with("-init")
}

impl<'a> Init<'a> {
    /// A field of the init, or else of the service that runs it.
    fn inherited<T: ?Sized>(&self, part: impl Fn(&'a Service) -> Option<&'a T>) -> Option<&'a T> {
        part(self.own).or_else(|| part(self.service))
    }

    pub(super) fn user(&self) -> &'a str {
        self.inherited(|service| service.user.as_deref()).unwrap_or_default()
    }

    /// Returns true if it runs `watch`. It does not end then, so its healthcheck takes the place of its exit code.
    pub(super) fn is_watch(&self) -> bool {
        let words = self.own.command.as_ref().and_then(Value::as_array);
        words.is_some_and(|words| words.iter().any(|word| word == "watch"))
    }

    pub(super) fn is_privileged(&self) -> bool {
        self.inherited(|service| service.privileged.as_ref()).is_some_and(|privileged| *privileged)
    }

    /// Its variables with their values. The flag is true for a variable that a hook inherits from its service.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&'a str, String, bool)> {
        let own = &self.own.environment;
        let inherited = self.service.environment.iter().filter(|(name, _)| !own.contains_key(*name));
        let is_hook = self.form == Form::Hook;
        let inherited = inherited.map(move |(name, value)| (name, value, is_hook));
        let own = own.iter().map(|(name, value)| (name, value, false));
        own.chain(inherited).map(|(name, value, inherited)| (name.as_str(), text(value.as_ref()), inherited))
    }

    /// The fields of the init itself that become arguments or lines of its hosts file.
    pub(super) fn arguments(&self) -> impl Iterator<Item = String> {
        let own = self.own;
        [&own.command, &own.entrypoint, &own.extra_hosts].into_iter().flatten().map(Value::to_string)
    }

    /// The configs and secrets of the init itself.
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
