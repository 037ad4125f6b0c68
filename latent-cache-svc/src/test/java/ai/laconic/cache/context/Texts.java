package ai.laconic.cache.context;

import ai.laconic.cache.store.Ids;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.v1.Context;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.LatentRef;
import ai.laconic.v1.Segment;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.Sharing;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Manifests, texts and blocks for tests: window number n has block n and the text "window n". */
final class Texts {
  static final int BLOCK_BYTES = 300;

  private Texts() {}

  static ContextId context(int number) {
    return new ContextId(String.format("ctx_%032x", number));
  }

  static String text(int window) {
    return "wíndow " + window;
  }

  static Context.Builder manifest(ContextId id, List<Integer> windows, Instant now, Duration ttl) {
    Context.Builder context =
        Context.newBuilder()
            .setId(id.value())
            .setName("name of " + id.value().substring(30))
            .setModel("nano-4x")
            .setFingerprint("ab".repeat(32))
            .setRatio(4)
            .setSourceKept(true)
            .setSharing(Sharing.SHARING_PRIVATE)
            .setExpiration(Expiration.EXPIRATION_FIXED)
            .setTtl(Lifetimes.duration(ttl))
            .setCreated(Lifetimes.timestamp(now))
            .setExpires(Lifetimes.timestamp(now.plus(ttl)));
    long bytes = 0;
    for (int window : windows) {
      int size = ByteString.copyFromUtf8(text(window)).size();
      bytes += size;
      context.addSegments(
          Segment.newBuilder()
              .setLatent(LatentRef.newBuilder().setLatentId(Ids.id(window).hex()).setLatents(2))
              .setTokens(8)
              .setTextBytes(size)
              .setBlockBytes(BLOCK_BYTES));
    }
    return context
        .setSegmentCount(windows.size())
        .setTokens(8L * windows.size())
        .setLatents(2L * windows.size())
        .setTextBytes(bytes);
  }

  static List<SegmentText> segments(List<Integer> windows) {
    List<SegmentText> texts = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      texts.add(SegmentText.newBuilder().setIndex(i).setText(text(windows.get(i))).build());
    }
    return texts;
  }

  static Map<LatentId, StoredBlock> blocks(List<Integer> windows) {
    Map<LatentId, StoredBlock> blocks = new LinkedHashMap<>();
    windows.forEach(window -> blocks.put(Ids.id(window), Ids.block(window, BLOCK_BYTES)));
    return blocks;
  }
}
