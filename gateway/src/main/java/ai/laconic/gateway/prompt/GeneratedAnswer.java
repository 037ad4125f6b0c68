package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodeFinished;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecodeStarted;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationFinished;
import ai.laconic.v1.GenerationStarted;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A generation's answer, handed on as it comes. A decoder that does the task again says the same
 * again, in pieces that may be cut elsewhere: the client gets only what it doesn't have yet, so it
 * sees one answer.
 *
 * <p>Text is compared as UTF-8. No piece ends within a character, so none begins within one.
 */
final class GeneratedAnswer implements DecodedAnswer<GenerateResponse> {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final String pool;
  private final int ratio;
  private final Sink<GenerateResponse> client;
  private boolean started;

  /** Text that the client has. */
  private ByteString delivered = ByteString.EMPTY;

  /** Bytes that this decoder has said; at most those delivered when it takes its next event. */
  private int said;

  private @Nullable DecodeFinished finished;
  private boolean repeatable = true;

  GeneratedAnswer(String pool, int ratio, Sink<GenerateResponse> client) {
    this.pool = pool;
    this.ratio = ratio;
    this.client = client;
  }

  @Override
  public void begin() {
    said = 0;
    finished = null;
  }

  @Override
  public void accept(DecodeResponse event) throws InterruptedException {
    switch (event.getEventCase()) {
      case STARTED -> start(event.getStarted());
      case TEXT -> append(event.getTextBytes());
      case FINISHED -> finished = event.getFinished();
      case SCORED -> throw broken("sent scores in place of text");
      case MISSING -> throw broken("named missing blocks within its answer");
      case EVENT_NOT_SET -> throw broken("sent an empty event");
    }
  }

  @Override
  public GenerateResponse last(int remadeWindows) {
    if (finished == null) {
      throw broken("ended its answer without saying why");
    }
    if (said < delivered.size()) {
      throw deviates();
    }
    GenerationFinished.Builder last =
        GenerationFinished.newBuilder().setReason(finished.getReason());
    if (finished.hasUsage()) {
      last.setUsage(finished.getUsage().toBuilder().setRemadeWindows(remadeWindows));
    }
    return GenerateResponse.newBuilder().setFinished(last).build();
  }

  @Override
  public boolean isRepeatable() {
    return repeatable;
  }

  private void start(DecodeStarted event) throws InterruptedException {
    if (started) {
      return;
    }
    started = true;
    write(
        GenerateResponse.newBuilder()
            .setStarted(
                GenerationStarted.newBuilder()
                    .setPool(pool)
                    .setRatio(ratio)
                    .setPromptPositions(event.getPromptPositions())
                    .setPromptLatents(event.getPromptLatents()))
            .build());
  }

  private void append(ByteString piece) throws InterruptedException {
    int known = Math.min(piece.size(), delivered.size() - said);
    if (!piece.substring(0, known).equals(delivered.substring(said, said + known))) {
      throw deviates();
    }
    said += piece.size();
    ByteString unknown = piece.substring(known);
    if (!unknown.isEmpty()) {
      delivered = delivered.concat(unknown);
      write(GenerateResponse.newBuilder().setTextBytes(unknown).build());
    }
  }

  private void write(GenerateResponse response) throws InterruptedException {
    // Another decoder is no help to a client that can't be written to.
    repeatable = false;
    client.write(response);
    repeatable = true;
  }

  private StatusRuntimeException deviates() {
    repeatable = false;
    String text = delivered.toStringUtf8();
    return broken(
        "broke off after "
            + text.codePointCount(0, text.length())
            + " characters, and another try said something else");
  }

  private StatusRuntimeException broken(String what) {
    return Problems.unavailable("decoder of pool " + pool, what, RETRY_AFTER);
  }
}
