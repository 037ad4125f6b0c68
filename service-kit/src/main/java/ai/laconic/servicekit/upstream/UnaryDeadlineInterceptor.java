package ai.laconic.servicekit.upstream;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives every unary call a deadline: the upstream's limit, or what is left of the caller's deadline
 * if that is sooner. gRPC hands the caller's deadline on by itself, so deadlines only shrink from
 * hop to hop.
 */
final class UnaryDeadlineInterceptor implements ClientInterceptor {
  private final Duration limit;

  UnaryDeadlineInterceptor(Duration limit) {
    this.limit = limit;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    if (method.getType() != MethodDescriptor.MethodType.UNARY) {
      return next.newCall(method, options);
    }
    Deadline deadline = Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS);
    Deadline callers = sooner(options.getDeadline(), Context.current().getDeadline());
    if (callers != null && callers.isBefore(deadline)) {
      return next.newCall(method, options);
    }
    return next.newCall(
        method, options.withDeadline(deadline).withOption(OwnFault.LIMITED_HERE, true));
  }

  private static @Nullable Deadline sooner(@Nullable Deadline one, @Nullable Deadline other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.minimum(other);
  }
}
