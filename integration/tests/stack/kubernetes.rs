//! docs/deploy/kubernetes.yaml on a Kubernetes of one node. Its build takes minutes, so this runs where it was built before.

use integration::shell;

#[test]
#[ignore = "just k8s-test"]
fn jobs_complete_a_wrong_secret_fails_with_77_and_an_init_container_gates() {
    let said = shell("integration/kubernetes/test.sh");
    assert_eq!(said.exit, 0, "{}\n{}", said.stdout, said.stderr);
    assert_eq!(said.stdout.lines().filter(|line| line.starts_with("ok: ")).count(), 13, "{}", said.stdout);
}
