package ai.laconic.servicekit.upstream;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the calls that one replica has from this process; a stream counts until it ends. */
final class CallsInFlight extends ClientStreamTracer.Factory {
  private final AtomicInteger calls = new AtomicInteger();

  int count() {
    return calls.get();
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void streamCreated(Attributes transport, Metadata headers) {
        calls.incrementAndGet();
      }

      @Override
      public void streamClosed(Status status) {
        calls.decrementAndGet();
      }
    };
  }
}
