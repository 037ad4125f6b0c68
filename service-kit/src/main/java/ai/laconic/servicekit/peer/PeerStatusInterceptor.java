package ai.laconic.servicekit.peer;

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
 * Says which peer it was when the transport fails. A status that the peer itself made carries
 * details and passes unchanged.
 */
final class PeerStatusInterceptor implements ClientInterceptor {
  private static final Metadata.Key<byte[]> STATUS_DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final String peer;

  PeerStatusInterceptor(String peer) {
    this.peer = peer;
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
                close(delegate(), status, trailers);
              }
            },
            headers);
      }
    };
  }

  private void close(ClientCall.Listener<?> listener, Status status, Metadata trailers) {
    boolean fromPeer = trailers.containsKey(STATUS_DETAILS);
    if (fromPeer) {
      listener.onClose(status, trailers);
      return;
    }
    switch (status.getCode()) {
      case UNAVAILABLE -> {
        StatusRuntimeException named =
            Problems.unavailable(peer, String.valueOf(status.getDescription()), RETRY_AFTER);
        Metadata details = named.getTrailers();
        listener.onClose(named.getStatus(), details == null ? trailers : details);
      }
      case DEADLINE_EXCEEDED ->
          listener.onClose(
              status.withDescription(peer + ": no answer in time; " + status.getDescription()),
              trailers);
      default -> listener.onClose(status, trailers);
    }
  }
}
