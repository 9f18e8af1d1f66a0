//! Servers without a key to encrypt with keep the encryption of a bucket, and then refuse every object of it.

use crate::beds::{self, Bed};

const ENCRYPTED: &str = "buckets: {enc: {encryption: sse-s3}, plain: {}}\n";

/// The bucket is not encrypted, and takes objects.
pub(in crate::field) fn is_refused(server: &Bed) {
    for _ in 0..2 {
        let ended = server.run(ENCRYPTED, &[]).expect(76, "failed");
        let error = ended.error();
        assert!(error.contains("buckets.enc.encryption: encryption is not supported"), "{}", ended.stdout);
        assert!(error.contains("then refuses every object"), "{}", ended.stdout);
        for bucket in ["enc", "plain"] {
            assert_eq!(server.signed(server.account(), "PUT", &format!("/{bucket}/there")), 200, "{bucket}");
        }
        assert_ne!(server.signed(server.account(), "GET", "/enc?encryption="), 200);
    }
}

/// The bucket is encrypted and takes objects, and no upload is left behind.
pub(in crate::field) fn is_set(server: &Bed) {
    server.run(ENCRYPTED, &[]).expect(0, "changed");
    server.run(ENCRYPTED, &[]).expect(0, "unchanged");
    assert_eq!(server.signed(server.account(), "PUT", "/enc/there"), 200);
    assert_eq!(server.signed(server.account(), "GET", "/enc/there"), 200);
    let uploads = server.body("/enc?uploads=");
    assert!(uploads.contains("ListMultipartUploadsResult") && !uploads.contains("<UploadId>"), "{uploads}");
}

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn ceph_without_a_key_server_encrypts_nothing() {
    is_refused(&beds::ceph());
}

#[test]
#[ignore = "needs SeaweedFS, which takes long to build: just field s3"]
fn seaweedfs_encrypts_with_a_key_alone() {
    is_refused(&beds::seaweedfs_with_iam());
    is_set(&beds::seaweedfs_with_key());
}

#[test]
#[ignore = "with the others: just field s3"]
fn moto_encrypts() {
    is_set(&beds::moto());
}
