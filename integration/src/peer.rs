//! A container that is neither the server nor the tool: another S3 server, or a proxy before one.

use std::time::Duration;

use crate::command::{UNFILTERED, docker};
use crate::scratch::unique;
use crate::{Init, eventually};

/// Gone at the end of its test.
#[derive(Debug)]
pub struct Peer {
    name: String,
    network: String,
    own_network: bool,
}

impl Peer {
    /// On a network of its own, where its name is `host`.
    pub fn start(image: &str, host: &str, options: &[&str]) -> Self {
        Self::start_with_command(image, host, options, &[])
    }

    /// The same with another command than the image's.
    pub fn start_with_command(image: &str, host: &str, options: &[&str], command: &[&str]) -> Self {
        let network = unique();
        docker(&["network", "create", &network]).ok();
        let mut peer = Self::with_command(&network, image, host, options, command);
        peer.own_network = true;
        peer
    }

    /// On a network that is there.
    pub fn beside(network: &str, image: &str, host: &str, options: &[&str]) -> Self {
        Self::with_command(network, image, host, options, &[])
    }

    /// The same with another command than the image's.
    pub fn with_command(network: &str, image: &str, host: &str, options: &[&str], command: &[&str]) -> Self {
        let name = unique();
        let mut args =
            vec!["run", "--detach", "--name", &name, "--network", network, "--network-alias", host];
        args.extend(UNFILTERED);
        args.extend(options);
        args.push(image);
        args.extend(command);
        docker(&args).ok();
        Self { name, network: network.to_owned(), own_network: false }
    }

    /// Waits until it accepts connections.
    pub fn listens(self, port: u16) -> Self {
        self.is_listening(port);
        self
    }

    /// The same after a restart.
    pub fn is_listening(&self, port: u16) {
        let probe = format!("exec 3<>/dev/tcp/localhost/{port}");
        let open = || docker(&["exec", &self.name, "bash", "-c", &probe]).exit == 0;
        eventually("it listens", Duration::from_secs(60), open);
    }

    /// A run of `minio-init` against it, from its own host.
    pub fn init(&self, spec: &str) -> Init {
        Init::new("minio-init", spec).at(&self.network, &self.name)
    }

    /// Its address on its network.
    pub fn address(&self) -> String {
        let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        docker(&["inspect", "--format", format, &self.name]).ok().trim().to_owned()
    }

    /// The container.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.name]);
        if self.own_network {
            docker(&["network", "rm", &self.network]);
        }
    }
}
