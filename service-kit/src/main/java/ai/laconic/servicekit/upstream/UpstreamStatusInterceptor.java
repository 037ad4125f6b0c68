package ai.laconic.servicekit.upstream;

import ai.laconic.servicekit.error.Problems;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/**
 * Says which upstream it was when the transport fails. A status that the upstream itself made
 * carries details and keeps its words. What is unavailable is marked as lying behind the service
 * that hands it on, and so is what took longer than the upstream's own limit: DEADLINE_EXCEEDED is
 * about a caller's deadline.
 */
final class UpstreamStatusInterceptor implements ClientInterceptor {
  private static final Duration RETRY_AFTER = Duration.ofMillis(500);

  private final String upstream;

  UpstreamStatusInterceptor(String upstream) {
    this.upstream = upstream;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<R>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                close(delegate(), status, trailers, options);
              }
            },
            headers);
      }
    };
  }

  private void close(
      ClientCall.Listener<?> listener, Status status, Metadata trailers, CallOptions options) {
    boolean late = status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    if (late && options.getOption(OwnFault.LIMITED_HERE)) {
      unavailable(
          listener, Status.UNAVAILABLE.withDescription("no answer within its limit"), trailers);
    } else if (late && !Problems.isExplained(trailers)) {
      listener.onClose(
          status.withDescription(upstream + ": no answer in time; " + status.getDescription()),
          trailers);
    } else if (status.getCode() == Status.Code.UNAVAILABLE) {
      unavailable(listener, status, trailers);
    } else {
      listener.onClose(status, trailers);
    }
  }

  private void unavailable(ClientCall.Listener<?> listener, Status status, Metadata trailers) {
    Status named = status;
    Metadata details = trailers;
    if (!Problems.isExplained(trailers)) {
      StatusRuntimeException problem =
          Problems.unavailable(upstream, String.valueOf(status.getDescription()), RETRY_AFTER);
      named = problem.getStatus().withCause(status.getCause());
      details = problem.getTrailers() == null ? trailers : problem.getTrailers();
    }
    if (!details.containsKey(OwnFault.FAILED_BEHIND)) {
      details.put(OwnFault.FAILED_BEHIND, upstream);
    }
    listener.onClose(named, details);
  }
}
