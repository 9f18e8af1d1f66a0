//! The rules of S3 and MinIO for names.

/// The shortest secret key that MinIO accepts for a new account.
pub(crate) const SECRET_MIN: usize = 8;
const ACCESS_KEY_MIN: usize = 3;
/// The longest access key of a user: MinIO stores a user in a directory of that name.
const ACCESS_KEY_MAX: usize = 255;
/// The longest name and the longest secret key that MinIO accepts for a new access key (service account).
pub(crate) const NEW_KEY_MAX: usize = 20;
pub(crate) const NEW_KEY_SECRET_MAX: usize = 40;

pub(crate) fn bucket(name: &str) -> Result<(), &'static str> {
    let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let outside = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !(3..=63).contains(&name.len()) {
        return Err("a bucket's name has 3 to 63 characters");
    }
    if !name.bytes().all(inside) {
        return Err("a bucket's name has only lower-case letters, digits, `-` and `.`");
    }
    if !outside(name.bytes().next()) || !outside(name.bytes().next_back()) {
        return Err("a bucket's name begins and ends with a letter or a digit");
    }
    if [".", "-"].iter().any(|mark| name.contains(&format!("{mark}.")) || name.contains(&format!(".{mark}")))
    {
        return Err("a bucket's name has no `..`, `.-` or `-.`");
    }
    if name.split('.').count() == 4 && name.split('.').all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        return Err("a bucket's name does not look like an IP address");
    }
    if ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|prefix| name.starts_with(prefix))
        || ["-s3alias", "--ol-s3", "--x-s3", "--table-s3", ".mrap"]
            .iter()
            .any(|suffix| name.ends_with(suffix))
    {
        return Err("this beginning or end of a bucket's name is reserved");
    }
    if name == "minio" {
        return Err("the name `minio` is the server's own");
    }
    Ok(())
}

/// The rule for regions, for messages.
pub(crate) const REGION: &str = "a region has only letters, digits, `-` and `_`";

pub(crate) fn is_region(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The rule for access keys, which are sent in a header and in a list with commas.
pub(crate) fn access_key(key: &str) -> Result<(), &'static str> {
    if key.len() < ACCESS_KEY_MIN {
        Err("an access key has at least 3 characters")
    } else if key.len() > ACCESS_KEY_MAX {
        Err("an access key has at most 255 characters")
    } else if !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        Err("an access key has only printable ASCII characters")
    } else if key.contains(['=', ',', '/']) || key != key.trim() {
        Err("an access key has no `=`, `,` or `/`, and no space at its ends")
    } else {
        Ok(())
    }
}

/// The rule for the access key of the provisioning account. It exists already, so it only has to fit into a request.
pub(crate) fn own_access_key(key: &str) -> Result<(), &'static str> {
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        Err("an access key has only printable ASCII characters, and at least one")
    } else if key.contains(['=', ',']) || key != key.trim() {
        Err("an access key has no `=` or `,`, and no space at its ends")
    } else {
        Ok(())
    }
}

/// The rule for keys that Garage makes.
pub(crate) fn garage_key(key: &str) -> Result<(), &'static str> {
    let fine = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if key.len() < 8 || !key.bytes().all(fine) {
        return Err(
            "a key of Garage has at least 8 letters, digits, `-`, `_` and `.`; its own ones are GK and 24 hexadecimal digits: \
             echo GK$(openssl rand -hex 12)",
        );
    }
    access_key(key)
}

/// The rule for secret keys that Garage takes.
pub(crate) fn garage_secret(secret: &str) -> Result<(), &'static str> {
    if secret.len() < 16 || !secret.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(
            "Garage takes at least 16 printable ASCII characters without spaces; its own ones are 64 hexadecimal digits: \
             openssl rand -hex 32",
        );
    }
    Ok(())
}

/// The rule for access keys that SeaweedFS makes.
pub(crate) fn iam_key(key: &str) -> Result<(), &'static str> {
    if (4..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        Err("SeaweedFS takes access keys of 4 to 128 letters and digits")
    }
}

/// The longest secret key that SeaweedFS takes.
pub(crate) const IAM_SECRET_MAX: usize = 128;

/// The rule for policies of SeaweedFS.
pub(crate) fn iam_policy(name: &str) -> Result<(), &'static str> {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        Ok(())
    } else {
        Err("SeaweedFS takes names of policies with letters, digits, `-` and `_`")
    }
}

/// The rule for policies of users on Ceph's gateway.
pub(crate) fn rgw_policy(name: &str) -> Result<(), &'static str> {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b":=,.@-".contains(&b)) {
        Ok(())
    } else {
        Err("Ceph takes names of policies with letters, digits and `:=,.@-`")
    }
}

/// The rule for policies and groups, whose names are sent in a list with commas.
pub(crate) fn plain(name: &str) -> Result<(), &'static str> {
    if name.is_empty() || name.len() > 128 {
        Err("a name has 1 to 128 characters")
    } else if name.contains([',', '=', '/', '\\'])
        || name.chars().any(char::is_control)
        || name != name.trim()
    {
        Err("a name has no `,`, `=`, `/`, `\\` or control character, and no space at its ends")
    } else {
        Ok(())
    }
}

/// The storage classes of MinIO's own drives, which no tier can have as its name.
const OWN_CLASSES: [&str; 2] = ["STANDARD", "REDUCED_REDUNDANCY"];

/// The rule for tiers.
pub(crate) fn tier(name: &str) -> Result<(), &'static str> {
    let fine = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    if name.is_empty() || name.len() > 64 || !name.bytes().all(fine) {
        Err("the name of a tier has 1 to 64 upper-case letters, digits, `-` and `_`")
    } else if OWN_CLASSES.contains(&name) {
        Err("this is a storage class of the server's own drives, which no tier can be called")
    } else {
        Ok(())
    }
}

/// The rule for sections of the server's configuration: `SUBSYSTEM` or `SUBSYSTEM:TARGET`.
pub(crate) fn section(name: &str) -> Result<(), &'static str> {
    let (subsystem, target) = name.split_once(':').unwrap_or((name, "_"));
    let of_target = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if config_key(subsystem).is_err() {
        Err("a section is a subsystem of lower-case letters, digits and `_`, as in notify_webhook:primary")
    } else if target.is_empty() || !target.bytes().all(of_target) {
        Err("the target of a section has letters, digits, `-`, `_` and `.`")
    } else {
        Ok(())
    }
}

/// The rule for the keys of a section.
pub(crate) fn config_key(key: &str) -> Result<(), &'static str> {
    let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if key.is_empty() || !key.bytes().all(fine) {
        return Err("a key has lower-case letters, digits and `_`");
    }
    Ok(())
}

/// The rule for the value of a key. A server shows it between double quotes and on one line.
pub(crate) fn config_value(value: &str) -> Result<(), &'static str> {
    if value.contains('"') || value.chars().any(char::is_control) {
        return Err("a value has no `\"` and no control character");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_all_the_rules_of_s3() {
        for name in ["abc", "tempo-bucket", "a.b.c", "1ab", "192.168.1", &"a".repeat(63)] {
            assert_eq!(bucket(name), Ok(()), "{name}");
        }
        for name in [
            "ab",
            "",
            "Abc",
            "a_b",
            "-abc",
            "abc-",
            ".abc",
            "abc.",
            "a..b",
            "a.-b",
            "a-.b",
            "192.168.1.1",
            "xn--abc",
            "abc-s3alias",
            "sthree-abc",
            "minio",
            "a b",
            "é-bucket",
            &"a".repeat(64),
        ] {
            assert!(bucket(name).is_err(), "{name}");
        }
    }

    #[test]
    fn names_that_a_server_would_misread_are_refused() {
        for key in ["ab", "a=b", "a,b", " abc", "abc ", "tab\tkey", "schlüssel", &"a".repeat(256)] {
            assert!(access_key(key).is_err(), "{key}");
        }
        assert_eq!(access_key("loki ci"), Ok(()));
        assert_eq!(own_access_key("a/b"), Ok(()));
        for key in ["", "a=b", " a", "schlüssel"] {
            assert!(own_access_key(key).is_err(), "{key}");
        }
        for name in ["", "cold", "CO LD", "STANDARD", "REDUCED_REDUNDANCY"] {
            assert!(tier(name).is_err(), "{name}");
        }
        assert_eq!(tier("COLD-1"), Ok(()));
        for key in ["app", "my-app", "schlüssel", &"a".repeat(129)] {
            assert!(iam_key(key).is_err(), "{key}");
        }
        assert_eq!((iam_key("App1"), iam_policy("dayzero-app_1")), (Ok(()), Ok(())));
        assert!(iam_policy("a.b").is_err());
        assert_eq!((rgw_policy("a.b-c"), rgw_policy("a_b").is_err()), (Ok(()), true));
        for name in ["", "a,b", "a/b", " a", &"a".repeat(129)] {
            assert!(plain(name).is_err(), "{name}");
        }
    }
}
