//! Requests to the server of a bed that an account signs.

use integration::shell;

use super::Bed;

impl Bed {
    /// The status of a request to the server that an account signs, with the body `x` for a PUT.
    pub(crate) fn signed(&self, account: (&str, &str), method: &str, path: &str) -> u16 {
        self.signed_with(account, method, path, "x-test: none")
    }

    /// The same with one more header.
    pub(crate) fn signed_with(&self, account: (&str, &str), method: &str, path: &str, header: &str) -> u16 {
        let options = format!("--output /dev/null --write-out '%{{http_code}}' --header '{header}'");
        self.request(account, method, path, &options).trim().parse().unwrap_or(0)
    }

    /// The statuses of four requests of an account: list the bucket, get an object of it, put one, and read its
    /// versioning.
    pub(crate) fn tried(&self, account: (&str, &str), bucket: &str) -> [u16; 4] {
        [
            self.signed(account, "GET", &format!("/{bucket}")),
            self.signed(account, "GET", &format!("/{bucket}/there")),
            self.signed(account, "PUT", &format!("/{bucket}/put-by-{}", account.0)),
            self.signed(account, "GET", &format!("/{bucket}?versioning=")),
        ]
    }

    /// The body of the answer to a GET that the account of the bed signs.
    pub(crate) fn body(&self, path: &str) -> String {
        self.request(self.account(), "GET", path, "")
    }

    fn request(&self, (key, secret): (&str, &str), method: &str, path: &str, output: &str) -> String {
        const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        // With the digest of the body.
        let (body, digest) = match method {
            // An ACL is in a header.
            "PUT" if path.ends_with("?acl=") => (" --data-binary ''", EMPTY),
            "PUT" => (" --data-binary x", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"),
            _ => ("", EMPTY),
        };
        let url = format!("http://{}:{}{path}", self.peer.address(), self.port);
        let line = format!(
            "curl --silent --max-time 20 {output} --request {method}{body} --header 'x-amz-content-sha256: {digest}' \
             --aws-sigv4 aws:amz:us-east-1:s3 --user '{key}:{secret}' '{url}'"
        );
        shell(&line).ok()
    }

    /// The answer to a call of the IAM API by the account of the bed.
    pub(crate) fn iam(&self, parameters: &str) -> String {
        let (key, url) = (&self.key, format!("http://{}:{}/", self.peer.address(), self.port));
        let line = format!(
            "curl --silent --max-time 20 --aws-sigv4 aws:amz:us-east-1:iam --user '{key}:{}' --data '{parameters}' '{url}'",
            self.secret
        );
        shell(&line).ok()
    }
}
