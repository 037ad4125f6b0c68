package ai.laconic.servicekit.call;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives every call a deadline: the peer's limit, or what is left of the caller's deadline if that
 * is sooner. gRPC hands the caller's deadline on by itself, so deadlines only shrink from hop to
 * hop.
 */
public final class DeadlineClientInterceptor implements ClientInterceptor {
  private final Duration unary;
  private final Duration streaming;

  /**
   * @param unary limit of calls with one answer
   * @param streaming limit of calls with a stream in either direction, first to last message
   */
  public DeadlineClientInterceptor(Duration unary, Duration streaming) {
    this.unary = unary;
    this.streaming = streaming;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    Duration limit = method.getType() == MethodDescriptor.MethodType.UNARY ? unary : streaming;
    Deadline deadline = Deadline.after(limit.toNanos(), TimeUnit.NANOSECONDS);
    Deadline given = options.getDeadline();
    return next.newCall(
        method, options.withDeadline(given == null ? deadline : deadline.minimum(given)));
  }
}
