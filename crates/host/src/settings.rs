//! What the environment says about how a process is to run.

use std::{env, path::PathBuf};

#[cfg(test)]
mod tests;

/// What to log when nobody says.
const LOG_FILTER: &str = "info";

/// Under what name to report when nobody says.
const SERVICE_NAME: &str = "weft";

/// What the environment says, read once at the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// What to log, as directives such as `info,membership=debug`. `WEFT_LOG`, else `RUST_LOG`.
    /// The crates that requests pass through log nothing below `info`, whatever this says.
    pub log_filter: String,
    /// In what form to log. `WEFT_LOG_FORMAT`.
    pub log_format: LogFormat,
    /// Where to send traces and metrics; `None` sends none. `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub otlp_endpoint: Option<String>,
    /// Under what name to send them. `OTEL_SERVICE_NAME`.
    pub service_name: String,
    /// An issuer of tokens beside the built-in one. `WEFT_ISSUER`, `WEFT_AUDIENCE`, `WEFT_JWKS`.
    pub trusted_issuer: Option<IssuerSettings>,
}

/// The form of the log on standard error.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum LogFormat {
    /// Lines for people; in colour on a terminal.
    #[default]
    Pretty,
    /// One JSON object per line.
    Json,
}

/// An issuer of tokens that is trusted beside the built-in one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IssuerSettings {
    /// What its tokens say in `iss`.
    pub issuer: String,
    /// What its tokens say in `aud`.
    pub audience: String,
    /// The file with its public keys, a JSON Web Key Set.
    pub jwks_path: PathBuf,
}

/// The environment says something that cannot be followed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsError {
    /// A variable is not text.
    #[error("the environment variable {name} is not UTF-8 text")]
    NotText {
        /// Its name.
        name: &'static str,
    },
    /// A variable has a value that means nothing.
    #[error("the environment variable {name} is {value:?}; it can be {expected}")]
    Unknown {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it could be.
        expected: &'static str,
    },
    /// Of variables that belong together, some are set and some are not.
    #[error(
        "WEFT_ISSUER, WEFT_AUDIENCE and WEFT_JWKS belong together: {missing} is not set; \
         set it, or unset the others"
    )]
    Incomplete {
        /// The first that is not set.
        missing: &'static str,
    },
}

impl Settings {
    /// Reads the environment of the process.
    ///
    /// # Errors
    ///
    /// Names the variable that cannot be followed.
    pub fn read() -> Result<Settings, SettingsError> {
        Settings::of(variable)
    }

    /// Takes the variables from `variable`, which gives `None` for one that is not set.
    fn of(
        variable: impl Fn(&'static str) -> Result<Option<String>, SettingsError>,
    ) -> Result<Settings, SettingsError> {
        let log_filter = match variable("WEFT_LOG")? {
            Some(filter) => Some(filter),
            None => variable("RUST_LOG")?,
        };
        let log_format = match variable("WEFT_LOG_FORMAT")?.as_deref() {
            None | Some("pretty") => LogFormat::Pretty,
            Some("json") => LogFormat::Json,
            Some(other) => {
                return Err(SettingsError::Unknown {
                    name: "WEFT_LOG_FORMAT",
                    value: other.to_owned(),
                    expected: "pretty or json",
                });
            }
        };
        let issuer = (variable("WEFT_ISSUER")?, variable("WEFT_AUDIENCE")?, variable("WEFT_JWKS")?);
        let trusted_issuer = match issuer {
            (None, None, None) => None,
            (Some(issuer), Some(audience), Some(path)) => {
                Some(IssuerSettings { issuer, audience, jwks_path: PathBuf::from(path) })
            }
            (None, _, _) => return Err(SettingsError::Incomplete { missing: "WEFT_ISSUER" }),
            (_, None, _) => return Err(SettingsError::Incomplete { missing: "WEFT_AUDIENCE" }),
            (_, _, None) => return Err(SettingsError::Incomplete { missing: "WEFT_JWKS" }),
        };
        Ok(Settings {
            log_filter: log_filter.unwrap_or_else(|| LOG_FILTER.to_owned()),
            log_format,
            otlp_endpoint: variable("OTEL_EXPORTER_OTLP_ENDPOINT")?,
            service_name: variable("OTEL_SERVICE_NAME")?.unwrap_or_else(|| SERVICE_NAME.to_owned()),
            trusted_issuer,
        })
    }
}

/// A variable of the environment; one that is set to nothing counts as not set.
#[expect(clippy::disallowed_methods, reason = "this is the place where settings are read")]
fn variable(name: &'static str) -> Result<Option<String>, SettingsError> {
    match env::var(name) {
        Ok(value) => Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty())),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(SettingsError::NotText { name }),
    }
}
