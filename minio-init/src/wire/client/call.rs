//! A request before it is signed.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::Method;
use md5::{Digest as _, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters that are percent-encoded in a canonical request.
pub(in crate::wire) const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The largest answer, in bytes, unless the call has a limit of its own. A policy has 20 KiB, and everything else
/// less.
const LIMIT: usize = 256 << 10;

/// A request, and the largest answer that is accepted.
pub(crate) struct Call<'a> {
    pub(super) action: Cow<'a, str>,
    pub(super) method: Method,
    /// The region that it is signed for, where it is not that of the spec.
    pub(super) region: Option<String>,
    /// The bucket, which is in the path or in the host name.
    pub(super) bucket: Option<String>,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
    pub(super) limit: usize,
}

impl<'a> Call<'a> {
    pub(crate) fn new(method: Method, action: impl Into<Cow<'a, str>>) -> Self {
        let (path, query, headers, body) = ("/".to_owned(), String::new(), Vec::new(), Bytes::new());
        Self {
            action: action.into(),
            method,
            region: None,
            bucket: None,
            path,
            query,
            headers,
            body,
            limit: LIMIT,
        }
    }

    pub(crate) fn get(action: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Method::GET, action)
    }

    pub(crate) fn put(action: impl Into<Cow<'a, str>>) -> Self {
        Self::new(Method::PUT, action)
    }

    pub(crate) fn action(&self) -> &str {
        &self.action
    }

    pub(crate) fn target(&self) -> &str {
        &self.path
    }

    pub(crate) fn signed_for(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    pub(crate) fn bucket(mut self, name: &str) -> Self {
        self.bucket = Some(name.to_owned());
        self
    }

    /// Sets the path, whose segments need no encoding.
    pub(crate) fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Adds a query parameter; a sub-resource has the empty value.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        let joint = if self.query.is_empty() { '?' } else { '&' };
        self.query.push(joint);
        self.query.push_str(name);
        self.query.push('=');
        self.query.extend(utf8_percent_encode(value, ENCODED));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the largest answer that is accepted.
    pub(crate) fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    /// The largest answer that is accepted.
    pub(crate) fn response_limit(&self) -> usize {
        self.limit
    }

    /// Sets the document of a sub-resource as the body, with its MD5, which some servers require.
    pub(crate) fn document(self, body: impl Into<Bytes>) -> Self {
        let call = self.body(body);
        let digest = BASE64_STANDARD.encode(Md5::digest(&call.body));
        call.header("content-md5", &digest)
    }
}
