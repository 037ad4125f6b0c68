package ai.laconic.decoder.service;

import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecoderServiceGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Takes as many messages as it is told to. */
final class SlowClient implements ClientResponseObserver<DecodeRequest, DecodeResponse> {
  private final AtomicReference<@Nullable ClientCallStreamObserver<DecodeRequest>> call =
      new AtomicReference<>();
  private final AtomicReference<@Nullable Status> end = new AtomicReference<>();
  private final StringBuilder text = new StringBuilder();
  private final AtomicInteger messages = new AtomicInteger();

  static SlowClient start(Channel channel, DecodeRequest.Builder request) {
    SlowClient client = new SlowClient();
    DecoderServiceGrpc.newStub(channel)
        .withDeadlineAfter(Duration.ofMinutes(1))
        .decode(request.build(), client);
    return client;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<DecodeRequest> started) {
    call.set(started);
    started.disableAutoRequestWithInitial(1);
  }

  void take(int count) {
    ClientCallStreamObserver<DecodeRequest> started = call.get();
    if (started != null) {
      started.request(count);
    }
  }

  void cancel() {
    ClientCallStreamObserver<DecodeRequest> started = call.get();
    if (started != null) {
      started.cancel("gone", null);
    }
  }

  int messages() {
    return messages.get();
  }

  /** Returns how the call ended; null while it hasn't. */
  @Nullable Status end() {
    return end.get();
  }

  /** Returns how the call ended. */
  Status ended() {
    return Objects.requireNonNull(end.get(), "end");
  }

  /** Returns the text so far. */
  synchronized String text() {
    return text.toString();
  }

  @Override
  public synchronized void onNext(DecodeResponse response) {
    text.append(response.getText());
    messages.incrementAndGet();
  }

  @Override
  public void onError(Throwable thrown) {
    end.set(Status.fromThrowable(thrown));
  }

  @Override
  public void onCompleted() {
    end.set(Status.OK);
  }
}
