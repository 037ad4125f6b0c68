package ai.laconic.gateway.prompt;

import ai.laconic.gateway.hop.Retries;
import ai.laconic.gateway.hop.Sink;
import ai.laconic.gateway.pool.ModelPool;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationFinished;
import ai.laconic.v1.GenerationStarted;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;

/**
 * Relays a decoder's answer. The next piece is asked for when the client has taken the one before,
 * so a slow client slows its own generation and nobody else's.
 */
public final class Generator {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final PromptResolver resolver;
  private final Retries retries;

  public Generator(PromptResolver resolver, Retries retries) {
    this.resolver = resolver;
    this.retries = retries;
  }

  void generate(GenerateRequest request, Sink<GenerateResponse> answers)
      throws InterruptedException, ExecutionException {
    Prompt prompt = resolver.resolve(request.getTurnsList(), request.getRatio());
    DecodeRequest decode = decodeRequest(request, prompt);
    // Its own context: whatever ends the relay ends the decoder's call with it.
    Context.CancellableContext scope = Context.current().withCancellation();
    Context previous = scope.attach();
    try {
      relay(prompt.pool(), decode, answers);
    } finally {
      scope.detachAndCancel(previous, null);
    }
  }

  private static DecodeRequest decodeRequest(GenerateRequest request, Prompt prompt) {
    DecodeRequest.Builder decode =
        DecodeRequest.newBuilder()
            .addAllTurns(prompt.turns())
            .setFingerprint(prompt.fingerprint())
            .setMaxTokens(request.getMaxTokens())
            .addAllStop(request.getStopList());
    if (request.hasSampling()) {
      decode.setSampling(request.getSampling());
    }
    return decode.build();
  }

  private void relay(ModelPool pool, DecodeRequest decode, Sink<GenerateResponse> answers)
      throws InterruptedException {
    Iterator<DecodeResponse> pieces = retries.stream(() -> pool.decoder().decode(decode));
    boolean finished = false;
    while (pieces.hasNext()) {
      DecodeResponse piece = pieces.next();
      finished = piece.hasFinished();
      answers.write(answer(piece, pool));
    }
    if (!finished) {
      throw broken(pool, "ended its answer without saying why");
    }
  }

  private static GenerateResponse answer(DecodeResponse piece, ModelPool pool) {
    GenerateResponse.Builder answer = GenerateResponse.newBuilder();
    switch (piece.getEventCase()) {
      case STARTED ->
          answer.setStarted(
              GenerationStarted.newBuilder()
                  .setPool(pool.name())
                  .setRatio(pool.ratio())
                  .setPromptPositions(piece.getStarted().getPromptPositions())
                  .setPromptLatents(piece.getStarted().getPromptLatents()));
      case TEXT -> answer.setTextBytes(piece.getTextBytes());
      case FINISHED -> {
        GenerationFinished.Builder finished =
            GenerationFinished.newBuilder().setReason(piece.getFinished().getReason());
        if (piece.getFinished().hasUsage()) {
          finished.setUsage(piece.getFinished().getUsage());
        }
        answer.setFinished(finished);
      }
      case EVENT_NOT_SET -> throw broken(pool, "sent an empty event");
    }
    return answer.build();
  }

  private static StatusRuntimeException broken(ModelPool pool, String what) {
    return Problems.unavailable("decoder of pool " + pool.name(), what, RETRY_AFTER);
  }
}
