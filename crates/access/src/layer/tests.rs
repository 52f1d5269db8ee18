//! What the layer lets through, and what it answers by itself.

use std::{sync::Arc, time::Duration};

use http::header::AUTHORIZATION;
use jiff::Timestamp;
use kernel::{Clock, PersonId};
use tonic::Code;
use tower::{ServiceExt as _, service_fn};
use uuid::Uuid;

use super::*;
use crate::Issuer;

const JOIN: &str = "/weft.membership.v1.NetworkService/JoinAsFounder";
const PLAN: &str = "/weft.membership.v1.GatheringService/PlanGathering";
const REGISTER: &str = "/weft.membership.v1.PersonService/RegisterPerson";
const LIST: &str = "/weft.membership.v1.MembershipService/ListMembers";
const HEALTH: &str = "/grpc.health.v1.Health/Check";

const ANNA: Caller = Caller::Person(PersonId::new(Uuid::from_u128(0xa)));

#[derive(Debug)]
struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

struct Setting {
    _folder: tempfile::TempDir,
    issuer: Issuer,
    layer: AccessLayer,
}

fn setting() -> Setting {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer::open(folder.path()).unwrap();
    let layer = AccessLayer::new(Verifier::new(Arc::new(Standing), &issuer));
    Setting { _folder: folder, issuer, layer }
}

impl Setting {
    fn token(&self, caller: Caller) -> String {
        let now = Timestamp::UNIX_EPOCH;
        self.issuer.issue(caller, now, Duration::from_mins(1), Uuid::nil())
    }

    /// Calls `path`; gives back what the handler found in the extensions, or the refusal.
    async fn call(
        &self,
        path: &str,
        token: Option<&str>,
    ) -> Result<(Option<Right>, Option<Caller>), Status> {
        let handler = service_fn(async |request: Request<()>| {
            let mut response = Response::new(());
            let found = request.extensions();
            response
                .extensions_mut()
                .insert((found.get::<Right>().copied(), found.get::<Caller>().copied()));
            Ok::<_, Infallible>(response)
        });
        let mut request = Request::post(path);
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let service = self.layer.layer(handler);
        let response = service.oneshot(request.body(()).unwrap()).await.unwrap();
        match Status::from_header_map(response.headers()) {
            Some(status) => Err(status),
            None => Ok(*response.extensions().get().unwrap()),
        }
    }

    async fn refusal(&self, path: &str, token: Option<&str>) -> (Code, String) {
        let status = self.call(path, token).await.unwrap_err();
        let details = String::from_utf8_lossy(status.details()).into_owned();
        (status.code(), details)
    }
}

#[tokio::test]
async fn a_caller_with_the_right_reaches_the_handler_and_is_known_there() {
    let setting = setting();
    let (anna, operator) = (setting.token(ANNA), setting.token(Caller::Operator));
    let cases = [
        (JOIN, &anna, Right::Person, ANNA),
        (PLAN, &anna, Right::Member, ANNA),
        (LIST, &anna, Right::MemberOrOperator, ANNA),
        (LIST, &operator, Right::MemberOrOperator, Caller::Operator),
        (REGISTER, &operator, Right::Operator, Caller::Operator),
    ];
    for (path, token, right, caller) in cases {
        let found = setting.call(path, Some(token)).await.unwrap();
        assert_eq!(found, (Some(right), Some(caller)), "{path}");
    }
}

#[tokio::test]
async fn a_caller_without_the_right_is_refused_with_the_reason() {
    let setting = setting();
    let (anna, operator) = (setting.token(ANNA), setting.token(Caller::Operator));
    let cases = [
        (REGISTER, &anna, "OPERATOR_NEEDED"),
        (JOIN, &operator, "PERSON_NEEDED"),
        (PLAN, &operator, "MEMBER_NEEDED"),
    ];
    for (path, token, reason) in cases {
        let (code, details) = setting.refusal(path, Some(token)).await;
        assert_eq!(code, Code::PermissionDenied, "{path}");
        assert!(details.contains(reason), "{path}: {details}");
    }
}

#[tokio::test]
async fn a_caller_without_a_good_token_is_refused_everywhere_but_at_health() {
    let setting = setting();
    for (path, _) in crate::RIGHTS.iter().filter(|(path, _)| !path.starts_with("/grpc.")) {
        let (code, details) = setting.refusal(path, None).await;
        assert_eq!(code, Code::Unauthenticated, "{path}");
        assert!(details.contains("TOKEN_MISSING"), "{path}: {details}");
        let (code, details) = setting.refusal(path, Some("x.y.z")).await;
        assert_eq!(code, Code::Unauthenticated, "{path}");
        assert!(details.contains("TOKEN_MALFORMED"), "{path}: {details}");
    }
    let found = setting.call(HEALTH, None).await.unwrap();
    assert_eq!(found, (Some(Right::Anyone), None));
    let found = setting.call(HEALTH, Some("x.y.z")).await.unwrap();
    assert_eq!(found, (Some(Right::Anyone), None));
}

#[tokio::test]
async fn what_the_table_does_not_have_never_reaches_a_handler() {
    let setting = setting();
    let operator = setting.token(Caller::Operator);
    for path in ["/", "/weft.membership.v1.NetworkService/Burn", &JOIN.to_lowercase()] {
        let (code, details) = setting.refusal(path, Some(&operator)).await;
        assert_eq!(code, Code::Unimplemented, "{path}");
        assert!(details.contains("RPC_UNKNOWN"), "{path}: {details}");
    }
}

#[test]
fn an_rpc_without_a_right_is_forbidden() {
    let refused = AccessRefused::RpcWithoutRight;
    assert_eq!(wire::refuse(&refused).code(), Code::PermissionDenied);
}
