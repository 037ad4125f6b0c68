package ai.laconic.gateway.prompt;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.ScoreResponse;
import io.grpc.StatusRuntimeException;
import java.time.Duration;

/** A scoring's answer: all scores at once, some 20 bytes for a token. */
final class ScoredAnswer implements DecodedAnswer<ScoreResponse> {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final String pool;
  private final int ratio;
  private final boolean ends;
  private ScoreResponse.Builder response = ScoreResponse.newBuilder();

  /**
   * @param ends whether the token that ends the turn is scored too
   */
  ScoredAnswer(String pool, int ratio, boolean ends) {
    this.pool = pool;
    this.ratio = ratio;
    this.ends = ends;
  }

  @Override
  public void begin() {
    response = ScoreResponse.newBuilder().setPool(pool).setRatio(ratio);
  }

  @Override
  public void accept(DecodeResponse event) {
    switch (event.getEventCase()) {
      case STARTED -> {}
      case SCORED -> response.addAllTokens(event.getScored().getTokensList());
      case FINISHED -> {
        if (event.getFinished().hasUsage()) {
          response.setUsage(event.getFinished().getUsage());
        }
      }
      case TEXT -> throw broken("sent text in place of scores");
      case MISSING -> throw broken("named missing blocks within its scores");
      case EVENT_NOT_SET -> throw broken("sent an empty event");
    }
  }

  @Override
  public ScoreResponse last(int remadeWindows) {
    int expected = response.getUsage().getGeneratedTokens() + (ends ? 1 : 0);
    if (!response.hasUsage() || response.getTokensCount() != expected) {
      throw broken(
          "ended its scores after "
              + response.getTokensCount()
              + (response.hasUsage() ? " of " + expected : "")
              + " tokens");
    }
    response.getUsageBuilder().setRemadeWindows(remadeWindows);
    return response.build();
  }

  private StatusRuntimeException broken(String what) {
    return Problems.unavailable("decoder of pool " + pool, what, RETRY_AFTER);
  }
}
