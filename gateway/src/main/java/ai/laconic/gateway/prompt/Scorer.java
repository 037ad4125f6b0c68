package ai.laconic.gateway.prompt;

import ai.laconic.gateway.hop.Retries;
import ai.laconic.gateway.hop.Sink;
import ai.laconic.gateway.pool.ModelPool;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecoderScoreRequest;
import ai.laconic.v1.DecoderScoreResponse;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import io.grpc.Context;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;

/** Has a given answer scored, and answers with all scores at once: some 20 bytes for a token. */
public final class Scorer {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final PromptResolver resolver;
  private final Retries retries;

  public Scorer(PromptResolver resolver, Retries retries) {
    this.resolver = resolver;
    this.retries = retries;
  }

  void score(ScoreRequest request, Sink<ScoreResponse> answer)
      throws InterruptedException, ExecutionException {
    Prompt prompt = resolver.resolve(request.getTurnsList(), request.getRatio());
    DecoderScoreRequest score =
        DecoderScoreRequest.newBuilder()
            .addAllTurns(prompt.turns())
            .setFingerprint(prompt.fingerprint())
            .setContinuationBytes(request.getContinuationBytes())
            .setEnds(request.getEnds())
            .build();
    // Its own context: whatever ends this ends the decoder's call with it.
    Context.CancellableContext scope = Context.current().withCancellation();
    Context previous = scope.attach();
    try {
      answer.write(collect(prompt.pool(), score));
    } finally {
      scope.detachAndCancel(previous, null);
    }
  }

  private ScoreResponse collect(ModelPool pool, DecoderScoreRequest request) {
    ScoreResponse.Builder response =
        ScoreResponse.newBuilder().setPool(pool.name()).setRatio(pool.ratio());
    Iterator<DecoderScoreResponse> pieces = retries.stream(() -> pool.decoder().score(request));
    while (pieces.hasNext()) {
      DecoderScoreResponse piece = pieces.next();
      response.addAllTokens(piece.getTokensList());
      if (piece.hasUsage()) {
        response.setUsage(piece.getUsage());
      }
    }
    int expected = response.getUsage().getGeneratedTokens() + (request.getEnds() ? 1 : 0);
    if (!response.hasUsage() || response.getTokensCount() != expected) {
      throw Problems.unavailable(
          "decoder of pool " + pool.name(),
          "ended its scores after "
              + response.getTokensCount()
              + (response.hasUsage() ? " of " + expected : "")
              + " tokens",
          RETRY_AFTER);
    }
    return response.build();
  }
}
