//! Speaking gRPC.

use tonic::{
    Request, Status,
    metadata::MetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

use super::Voice;

/// A channel whose every request carries some headers.
pub type Line = InterceptedService<Channel, Headers>;

/// Adds headers to requests.
#[derive(Clone, Debug)]
pub struct Headers(Vec<(&'static str, String)>);

impl Interceptor for Headers {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        for (name, value) in &self.0 {
            let value = MetadataValue::try_from(value.as_str()).unwrap();
            request.metadata_mut().insert(*name, value);
        }
        Ok(request)
    }
}

impl Voice<'_> {
    /// The way to every service, as this caller.
    pub fn line(&self) -> Line {
        InterceptedService::new(self.world.system().channel(), Headers(self.headers()))
    }
}
