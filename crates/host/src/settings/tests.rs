//! What the environment may say.

use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::of(|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        Ok(found.map(|(_, value)| (*value).to_owned()))
    })
}

#[test]
fn an_empty_environment_logs_for_people_and_sends_nothing() {
    let settings = read(&[]).unwrap();
    assert_eq!(settings.log_filter, "info");
    assert_eq!(settings.log_format, LogFormat::Pretty);
    assert_eq!((settings.otlp_endpoint, settings.trusted_issuer), (None, None));
    assert_eq!(settings.service_name, "weft");
}

#[test]
fn our_own_filter_goes_before_the_general_one() {
    assert_eq!(read(&[("RUST_LOG", "warn")]).unwrap().log_filter, "warn");
    let both = read(&[("RUST_LOG", "warn"), ("WEFT_LOG", "debug")]).unwrap();
    assert_eq!(both.log_filter, "debug");
}

#[test]
fn an_unknown_format_is_named_with_what_it_could_be() {
    let error = read(&[("WEFT_LOG_FORMAT", "xml")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment variable WEFT_LOG_FORMAT is \"xml\"; it can be pretty or json"
    );
    assert_eq!(read(&[("WEFT_LOG_FORMAT", "json")]).unwrap().log_format, LogFormat::Json);
}

#[test]
fn a_trusted_issuer_is_given_wholly_or_not_at_all() {
    let all =
        [("WEFT_ISSUER", "https://id.example"), ("WEFT_AUDIENCE", "weft"), ("WEFT_JWKS", "k")];
    assert!(read(&all).unwrap().trusted_issuer.is_some());
    for (left_out, (missing, _)) in all.iter().enumerate() {
        let mut some = all.to_vec();
        some.remove(left_out);
        let error = read(&some).unwrap_err();
        assert!(matches!(error, SettingsError::Incomplete { missing: named } if named == *missing));
    }
}
