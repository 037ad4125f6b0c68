package ai.laconic.decoder.engine.onnx;

import ai.laconic.runtime.session.DecoderSession;
import java.nio.FloatBuffer;
import java.util.function.Consumer;

/** The runtime's session as the scheduler sees it. */
final class SessionBatch implements DecoderBatch {
  private final DecoderSession session;

  SessionBatch(DecoderSession session) {
    this.session = session;
  }

  @Override
  public int slots() {
    return session.slots();
  }

  @Override
  public int maxPositions() {
    return session.maxTokens();
  }

  @Override
  public int vocabularySize() {
    return session.vocabularySize();
  }

  @Override
  public int placeholderId() {
    return session.placeholderId();
  }

  @Override
  public void truncate(int slot, int length) {
    session.truncate(slot, length);
  }

  @Override
  public void copy(int from, int to, int positions) {
    session.copy(from, to, positions);
  }

  @Override
  public float[][] appendAll(int slot, int[] tokens) {
    return session.appendAll(slot, tokens);
  }

  @Override
  public void setTerminate(boolean terminate) {
    session.setTerminate(terminate);
  }

  @Override
  public float[] append(int slot, int[] ids, Consumer<FloatBuffer> latents) {
    return session.append(slot, ids, latents);
  }

  @Override
  public float[][] step(int[] slots, int[] tokens) {
    return session.step(slots, tokens);
  }

  @Override
  public void close() {
    session.close();
  }
}
