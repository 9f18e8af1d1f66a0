//! Validates names. PostgreSQL silently truncates longer ones, so they are refused.

/// The largest length of a name in bytes: `NAMEDATALEN` - 1.
const LENGTH: usize = 63;

/// Checks the name of any object.
pub(crate) fn object_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("a name is not empty".to_owned());
    }
    if name.contains('\0') {
        return Err("a name holds no NUL character".to_owned());
    }
    if name.len() > LENGTH {
        return Err(format!(
            "`{name}` has {} bytes, and PostgreSQL cuts a name off after {LENGTH}",
            name.len()
        ));
    }
    Ok(())
}

/// Checks the name of a role that is created or altered.
pub(crate) fn role_name(role: &str) -> Result<(), String> {
    // The name may be a secret, so no part of it is shown.
    if role.len() > LENGTH || role.is_empty() || role.contains('\0') {
        return Err(format!("a name has 1 to {LENGTH} bytes and no NUL character"));
    }
    if role.starts_with("pg_") {
        return Err("names that begin with `pg_` are PostgreSQL's own".to_owned());
    }
    if matches!(role, "public" | "none") {
        return Err("`public` and `none` are keywords, no roles".to_owned());
    }
    Ok(())
}

/// Checks the name of a replication slot.
pub(crate) fn slot_name(slot: &str) -> Result<(), String> {
    object_name(slot)?;
    if slot.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        Ok(())
    } else {
        Err("the name of a slot has lower-case letters, digits and `_`".to_owned())
    }
}

/// Checks the name of a schema that is created or altered.
pub(crate) fn schema_name(schema: &str) -> Result<(), String> {
    object_name(schema)?;
    if schema.starts_with("pg_") {
        return Err("names that begin with `pg_` are PostgreSQL's own".to_owned());
    }
    Ok(())
}

/// Checks the name of a configuration parameter.
pub(crate) fn parameter_name(parameter: &str) -> Result<(), String> {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$')
    };
    if parameter.split('.').all(word) && parameter.len() <= LENGTH {
        Ok(())
    } else {
        Err(format!(
            "`{parameter}` is no parameter: a name has letters, digits and `_`, and dots between words"
        ))
    }
}
