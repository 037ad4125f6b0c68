package ai.laconic.servicekit.tenant;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Finds out whose call it is, before any handler runs. Health and reflection need no tenant. */
public final class TenantServerInterceptor implements ServerInterceptor {
  private final TenantResolver resolver;

  public TenantServerInterceptor(TenantResolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!call.getMethodDescriptor().getFullMethodName().startsWith("laconic.")) {
      return next.startCall(call, headers);
    }
    TenantId tenant = resolver.resolve(headers);
    return Contexts.interceptCall(tenant.in(Context.current()), call, headers, next);
  }
}
