//! Reads the sections of a PEM file, with a specific message for each kind of damaged or wrong file.

use rustls::pki_types::pem::{Error, PemObject as _, SectionKind};

/// The byte order mark that editors on Windows write before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The sections of the kinds that rustls knows, in the order of the file.
pub(super) fn sections(text: &[u8]) -> Result<Vec<(SectionKind, Vec<u8>)>, String> {
    <(SectionKind, Vec<u8>)>::pem_slice_iter(without_byte_order_mark(text)).collect::<Result<_, _>>().map_err(
        |error| match error {
            Error::MissingSectionEnd { end_marker } => {
                format!(
                    "it is cut off: the line -----END {}----- is missing",
                    String::from_utf8_lossy(&end_marker)
                )
            }
            Error::IllegalSectionStart { .. } => {
                "it is damaged: a BEGIN line does not end in five hyphens".to_owned()
            }
            Error::Base64Decode(_) => {
                "it is damaged: what stands between a BEGIN and its END line is not base64".to_owned()
            }
            other => format!("it cannot be read as PEM: {other}"),
        },
    )
}

/// The text without the byte order mark.
pub(super) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// The labels of all sections, including those that rustls does not know.
pub(super) fn labels(text: &[u8]) -> Vec<&str> {
    let lines = without_byte_order_mark(text).split(|byte| matches!(byte, b'\n' | b'\r'));
    let text = lines.filter_map(|line| std::str::from_utf8(line).ok());
    text.filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----")).collect()
}

/// Describes the format of a file that has no PEM section.
pub(super) fn format_without_sections(bytes: &[u8]) -> &'static str {
    match bytes {
        _ if bytes.trim_ascii().is_empty() => "it is empty",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is UTF-16: save it as UTF-8 or ASCII",
        [0xfe, 0xed, 0xfe, 0xed, ..] => {
            "it is a Java keystore: convert it to PKCS#12 with `keytool -importkeystore -srckeystore FILE \
             -destkeystore FILE.p12 -deststoretype PKCS12`, and that to PEM with `openssl pkcs12 -in FILE.p12 -nokeys \
             -out FILE.pem`"
        }
        [0x30, 0x80..=0x84, ..] => {
            "it is binary, not PEM: convert it with `openssl x509 -inform DER -in FILE -out FILE.pem`, or, if it is \
             PKCS#12 (.p12, .pfx), with `openssl pkcs12 -in FILE -nokeys -out FILE.pem`"
        }
        _ => "it is no PEM: it has no BEGIN line",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_damage_of_a_file_is_named() {
        for (text, problem) in [
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n",
                "it is cut off: the line -----END CERTIFICATE----- is missing",
            ),
            ("-----BEGIN CERTIFICATE---\nAAAA\n", "it is damaged: a BEGIN line does not end in five hyphens"),
            (
                "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
                "it is damaged: what stands between a BEGIN and its END line is not base64",
            ),
        ] {
            assert_eq!(sections(text.as_bytes()).unwrap_err(), problem);
        }
    }

    #[test]
    fn labels_are_found_after_a_byte_order_mark_and_in_crlf_lines() {
        let text = "\u{feff}-----BEGIN ENCRYPTED PRIVATE KEY-----\r\nAAAA\r\n-----BEGIN A-----";
        assert_eq!(labels(text.as_bytes()), ["ENCRYPTED PRIVATE KEY", "A"]);
    }

    #[test]
    fn the_format_of_a_file_without_sections_is_named() {
        for (bytes, word) in [
            (&b" \n"[..], "empty"),
            (b"\xff\xfe-\0", "UTF-16"),
            (b"\xfe\xed\xfe\xed\0", "Java keystore"),
            (b"\x30\x82\x01\x02", "binary"),
            (b"hello", "no BEGIN line"),
        ] {
            assert!(format_without_sections(bytes).contains(word), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let _ = (sections(&bytes), labels(&bytes), format_without_sections(&bytes));
        }
    }
}
