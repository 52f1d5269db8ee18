//! `weft erase`: destroys a person's key, so that nothing personal about them can be read any more.

use host::RandomIdentities;
use kernel::{Identities as _, PersonId};
use tonic::Code;
use wire::weft::{
    common::v1::Command,
    membership::v1::{ErasePersonRequest, FindImportedPersonRequest},
};

use super::{
    Failure,
    client::{Server, ServerArgs},
    out, token,
};

/// Destroys a person's key: nothing personal about them can be read any more, by anyone.
///
/// Nothing brings it back. What they took part in stays recorded under their random id, so that
/// every other answer stays as it was.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  weft erase --person 0f4c2f6e-8d0b-4c59-9c0a-3f1a3c1f2b11
  weft erase --network \"Old City\" --name \"Flora Price\" --yes")]
pub(crate) struct Args {
    /// The person's id.
    #[arg(
        long,
        value_name = "ID",
        value_parser = token::person,
        required_unless_present = "name",
        conflicts_with_all = ["name", "network"]
    )]
    person: Option<PersonId>,
    /// The network into which the person was imported.
    #[arg(long, value_name = "NAME", requires = "name")]
    network: Option<String>,
    /// The person's name, as it stood in the list that was imported.
    #[arg(long, value_name = "NAME", requires = "network")]
    name: Option<String>,
    /// Does not ask whether you are sure. Only asked on a terminal.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Finds the person, asks whether it is meant when somebody can be asked, and erases them.
///
/// # Errors
///
/// Says what the server refused, or that it was not confirmed.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let server = Server::connect(&args.server).await?;
    let person_id = match (args.person, &args.network, &args.name) {
        (Some(person), _, _) => person.to_string(),
        (None, Some(network), Some(name)) => imported(&server, network, name).await?,
        (None, _, _) => {
            return Err(Failure::said("name a person: --person, or --network and --name"));
        }
    };
    if !args.yes && out::has_terminal_input() {
        confirm(&person_id)?;
    }
    let request = ErasePersonRequest {
        command: Some(Command {
            command_id: RandomIdentities.fresh().to_string(),
            ..Command::default()
        }),
        person_id: person_id.clone(),
    };
    let answer =
        server.persons().erase_person(request).await.map_err(|status| {
            match Failure::of(status) {
                Failure::ConnectionLost(why) => Failure::said(format!(
                    "the connection to the server broke before it answered: {why}\nrepeat the \
                 command when the server is back; erasing twice is safe"
                )),
                failure @ (Failure::Said(_) | Failure::Output(_) | Failure::Refused { .. }) => {
                    failure
                }
            }
        })?;
    let receipt = answer.into_inner().receipt.unwrap_or_default();
    let done = if receipt.events == 0 { "was erased before" } else { "is erased" };
    out::line(format_args!(
        "person {person_id} {done}: the key is destroyed, nothing personal can be read any more\n\
         position {}",
        receipt.position
    ))
}

async fn imported(server: &Server, network: &str, name: &str) -> Result<String, Failure> {
    let network_id = server.network_id(network).await?;
    let request = FindImportedPersonRequest { network_id, name: name.to_owned() };
    let answer = server.persons().find_imported_person(request).await.map_err(|status| {
        if status.code() == Code::NotFound {
            Failure::said(format!(
                "imports into {network:?} know nobody of this name; an erased person is not \
                 known by name any more"
            ))
        } else {
            Failure::of(status)
        }
    })?;
    Ok(answer.into_inner().person_id)
}

fn confirm(person_id: &str) -> Result<(), Failure> {
    let question = format!(
        "This destroys the key of person {person_id}; nothing brings it back.\n\
         Type the id to go on:"
    );
    let answer = out::ask(question)
        .map_err(|error| Failure::caused("standard input cannot be read", &error))?;
    if answer.as_deref() == Some(person_id) {
        Ok(())
    } else {
        Err(Failure::said("nothing was erased; type the whole id, or pass --yes"))
    }
}
