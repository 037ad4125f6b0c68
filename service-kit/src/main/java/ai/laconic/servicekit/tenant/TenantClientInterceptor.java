package ai.laconic.servicekit.tenant;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/** Hands the current tenant on to the next hop. */
public final class TenantClientInterceptor implements ClientInterceptor {
  /** The header between services. */
  public static final Metadata.Key<String> HEADER =
      Metadata.Key.of("laconic-tenant", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    TenantId tenant = TenantId.currentOrNull();
    if (tenant == null) {
      return next.newCall(method, options);
    }
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        headers.put(HEADER, tenant.value());
        super.start(listener, headers);
      }
    };
  }
}
