//! What PostgreSQL takes for a name. It cuts longer ones off silently, so they are refused here.

/// `NAMEDATALEN` - 1, in bytes.
const LENGTH: usize = 63;

/// Any object's name.
pub(crate) fn name(name: &str) -> Result<(), String> {
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

/// A role that is to be made or altered.
pub(crate) fn role_name(role: &str) -> Result<(), String> {
    // The value may be a secret: nothing of it is repeated.
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

/// A replication slot.
pub(crate) fn slot(slot: &str) -> Result<(), String> {
    name(slot)?;
    if slot.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        Ok(())
    } else {
        Err("the name of a slot has lower-case letters, digits and `_`".to_owned())
    }
}

/// A schema that is to be made or altered.
pub(crate) fn schema(schema: &str) -> Result<(), String> {
    name(schema)?;
    if schema.starts_with("pg_") {
        return Err("names that begin with `pg_` are PostgreSQL's own".to_owned());
    }
    Ok(())
}

/// A configuration parameter.
pub(crate) fn parameter(parameter: &str) -> Result<(), String> {
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
