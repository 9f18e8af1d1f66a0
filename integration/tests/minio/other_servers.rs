//! Other S3 servers. Those that take long to build are in `field`.

use integration::Peer;

/// moto refuses a bucket without the name of the region in any region but the first.
#[test]
fn buckets_are_made_in_the_region_of_the_spec() {
    let moto = Peer::start("dayzero/moto:dev", "moto", &[]).listens(5000);
    let spec = "endpoint: http://moto:5000\nregion: eu-central-1\ncredentials: {accessKey: somebody, secretKey: {secret: secret}}\nbuckets: {first: {versioning: enabled}}\n";
    let run = || moto.init(spec).secret("secret", "short6").run();
    run().expect(0, "changed");
    run().expect(0, "unchanged");
}
