//! A module of a server, for tests of servers that have some.

use crate::Scratch;

/// A module that a server refuses to load twice, compiled for this machine.
pub fn module() -> Scratch {
    let scratch = Scratch::new();
    let path = scratch.path().join("module.so");
    let source = "integration/servers/valkey-module/module.c";
    crate::shell(&format!("cc -shared -fPIC -nostdlib -o {} {source}", path.display())).ok();
    scratch
}
