package ai.laconic.decoder.engine;

import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes down what it hears, and fails the test's assumptions loudly if it hears too much. */
public final class RecordingListener implements TokenListener {
  private final List<Token> tokens = new ArrayList<>();
  private @Nullable EndReason reason;
  private @Nullable StatusRuntimeException problem;
  private int ends;
  private int afterEnd;
  private int cached = -1;

  @Override
  public synchronized void seated(int positions) {
    if (cached >= 0) {
      afterEnd++;
    }
    cached = positions;
  }

  /** Returns how many positions were held; -1 before it has a slot. */
  public synchronized int cached() {
    return cached;
  }

  @Override
  public synchronized void token(Token token) {
    if (ends > 0) {
      afterEnd++;
    }
    tokens.add(token);
  }

  @Override
  public synchronized void finished(EndReason why) {
    ends++;
    reason = why;
  }

  @Override
  public synchronized void failed(StatusRuntimeException why) {
    ends++;
    problem = why;
  }

  public synchronized List<Integer> tokens() {
    return tokens.stream().map(Token::id).toList();
  }

  /** Returns the score of every token; fails if one has none. */
  public synchronized List<Token.Score> scores() {
    return tokens.stream().map(token -> Objects.requireNonNull(token.score(), "score")).toList();
  }

  public synchronized boolean ended() {
    return ends > 0;
  }

  public synchronized @Nullable EndReason reason() {
    return reason;
  }

  public synchronized @Nullable StatusRuntimeException problem() {
    return problem;
  }

  /** Returns how often it was told the end, and tokens after it: 1 if all is well. */
  public synchronized int endsAndTokensAfter() {
    return ends + afterEnd;
  }
}
