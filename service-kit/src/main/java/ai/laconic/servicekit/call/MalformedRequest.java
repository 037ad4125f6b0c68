package ai.laconic.servicekit.call;

import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.List;

/**
 * What stands in for a request whose bytes are no message of the method, until {@link
 * ValidationServerInterceptor} refuses it.
 *
 * <p>gRPC parses a request before any interceptor sees it, and takes what a parser throws for a
 * flaw of the service: UNKNOWN for the client, a stack trace for the operator.
 *
 * @param why the parser's words
 */
public record MalformedRequest(String why) {
  /** Returns the same service, with parsers that don't throw. Its calls must be validated. */
  public static ServerServiceDefinition handedOnIn(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods =
        service.getMethods().stream()
            .<ServerMethodDefinition<?, ?>>map(MalformedRequest::handedOn)
            .toList();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder definition =
        ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(definition::addMethod);
    return definition.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> handedOn(ServerMethodDefinition<Q, R> method) {
    var descriptor = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        descriptor.toBuilder(
                new HandingOn<>(descriptor.getRequestMarshaller()),
                descriptor.getResponseMarshaller())
            .build(),
        method.getServerCallHandler());
  }

  private record HandingOn<Q>(Marshaller<Q> messages) implements Marshaller<Q> {
    @Override
    public InputStream stream(Q message) {
      return messages.stream(message);
    }

    /** No handler sees the wrong type: interceptors take any, and the last of them refuses it. */
    @Override
    @SuppressWarnings("unchecked")
    public Q parse(InputStream bytes) {
      try {
        return messages.parse(bytes);
      } catch (StatusRuntimeException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return (Q) new MalformedRequest(String.valueOf(cause.getMessage()));
      }
    }
  }
}
