package ai.laconic.decoder.engine;

import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what it hears, and fails the test's assumptions loudly if it hears too much. */
public final class RecordingListener implements TokenListener {
  private final List<Integer> tokens = new ArrayList<>();
  private int takes = Integer.MAX_VALUE;
  private @Nullable EndReason reason;
  private @Nullable StatusRuntimeException problem;
  private int ends;
  private int afterEnd;

  /** Makes a listener that isn't ready any more once it has {@code count} tokens. */
  public static RecordingListener taking(int count) {
    RecordingListener listener = new RecordingListener();
    listener.takes = count;
    return listener;
  }

  public synchronized void takeAll() {
    takes = Integer.MAX_VALUE;
  }

  @Override
  public synchronized boolean ready() {
    return tokens.size() < takes;
  }

  @Override
  public synchronized void token(int id) {
    if (ends > 0) {
      afterEnd++;
    }
    tokens.add(id);
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
    return List.copyOf(tokens);
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
