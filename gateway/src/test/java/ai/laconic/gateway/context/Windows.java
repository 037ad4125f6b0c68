package ai.laconic.gateway.context;

import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Windowing;

/** Windows for tests. */
final class Windows {
  private Windows() {}

  static SpanWindow of(String latentId) {
    return of(latentId, 10, 100);
  }

  static SpanWindow of(String latentId, int textBytes, int blockBytes) {
    return new SpanWindow(
        LatentRef.newBuilder().setLatentId(latentId).setLatents(1).build(),
        4,
        textBytes,
        blockBytes,
        false,
        Windowing.WINDOWING_FIXED);
  }
}
