"""A gRPC client without generated code: everything it knows, it asked the server's reflection."""

import json

import grpc
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status

DETAILS = (
    error_details_pb2.ErrorInfo,
    error_details_pb2.BadRequest,
    error_details_pb2.RetryInfo,
)

# How long any call may take, in seconds, unless a check says otherwise.
TIMEOUT = 30


class Refused(Exception):
    """A status other than OK, with its details."""

    def __init__(self, error):
        self.code = error.code().name
        self.message = error.details()
        self.details = {}
        self.domain = self.reason = None
        self.fields = []
        status = rpc_status.from_call(error)
        for packed in status.details if status else []:
            for kind in DETAILS:
                if packed.Is(kind.DESCRIPTOR):
                    detail = kind()
                    packed.Unpack(detail)
                    self.details[kind.__name__] = detail
        if "ErrorInfo" in self.details:
            self.domain = self.details["ErrorInfo"].domain
            self.reason = self.details["ErrorInfo"].reason
        if "BadRequest" in self.details:
            self.fields = [each.field for each in self.details["BadRequest"].field_violations]
        super().__init__(f"{self.code} {self.reason} {self.fields}: {self.message}")


class Server:
    """A server, as one caller."""

    def __init__(self, url, token=None, shared=None):
        self.url, self.token = url, token
        if shared:
            self.channel, self.database, self.pool = shared
        else:
            self.channel = grpc.insecure_channel(url.removeprefix("http://"))
            self.database = ProtoReflectionDescriptorDatabase(self.channel)
            self.pool = DescriptorPool(self.database)

    def as_caller(self, token):
        """The same server with another token; None is without one."""
        return Server(self.url, token, (self.channel, self.database, self.pool))

    def services(self):
        """The names of all services that reflection lists."""
        return sorted(self.database.get_services())

    def call(self, method, request, timeout=TIMEOUT):
        """Calls a unary method, for example weft.membership.v1.NetworkService/GetNetwork.

        Request and answer are dictionaries as JSON writes messages, with the proto's field names.
        """
        try:
            return self._json(self._stub(method)(self._message(method, request), timeout=timeout,
                                                 metadata=self._metadata()))
        except grpc.RpcError as error:
            raise Refused(error) from None

    def stream(self, method, request, timeout=TIMEOUT):
        """Calls a method that answers with a stream, and yields the answers."""
        try:
            for answer in self._stub(method)(self._message(method, request), timeout=timeout,
                                             metadata=self._metadata()):
                yield self._json(answer)
        except grpc.RpcError as error:
            raise Refused(error) from None

    def _metadata(self):
        return [("authorization", f"Bearer {self.token}")] if self.token else []

    def _method(self, method):
        service, name = method.split("/")
        return self.pool.FindServiceByName(service).methods_by_name[name]

    def _message(self, method, request):
        kind = message_factory.GetMessageClass(self._method(method).input_type)
        return json_format.Parse(json.dumps(request), kind(), descriptor_pool=self.pool)

    def _json(self, answer):
        return json_format.MessageToDict(
            answer, preserving_proto_field_name=True, descriptor_pool=self.pool
        )

    def _stub(self, method):
        described = self._method(method)
        answer = message_factory.GetMessageClass(described.output_type)
        call = self.channel.unary_stream if described.server_streaming else self.channel.unary_unary
        return call(
            f"/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
