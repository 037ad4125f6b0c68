package ai.laconic.cache.service;

import ai.laconic.cache.store.LatentStore;
import ai.laconic.runtime.latent.CorruptBlockException;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.call.Sink;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Block;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Blocks, checked on their way in and out. */
final class Blocks {
  private static final Logger log = LoggerFactory.getLogger(Blocks.class);

  private static final long BATCH_BYTES = 4 << 20;
  private static final int BATCH_BLOCKS = 256;
  private static final int NAMED = 10;

  private final LatentStore store;

  Blocks(LatentStore store) {
    this.store = store;
  }

  List<LatentId> findMissing(List<LatentId> ids, Duration ttl) throws InterruptedException {
    return store.findMissing(ids, ttl);
  }

  /** Stores a block if it is one; DATA_LOSS if not. */
  void put(LatentId id, byte[] encoded, Duration ttl) throws InterruptedException {
    check(id, encoded);
    store.putBlock(id, encoded, ttl);
  }

  /** Sends blocks in the order of {@code ids}; NOT_FOUND before the first if any is not here. */
  void get(List<LatentId> ids, Sink<Block> sink) throws InterruptedException {
    int[] sizes = store.blockSizes(ids);
    Set<LatentId> missing = new LinkedHashSet<>();
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] == 0) {
        missing.add(ids.get(i));
      }
    }
    if (!missing.isEmpty()) {
      throw notFound(missing, ids.size());
    }
    long[] bytes = Arrays.stream(sizes).asLongStream().toArray();
    for (Batches.Range batch : Batches.of(bytes, BATCH_BYTES, BATCH_BLOCKS)) {
      send(batch.of(ids), sink);
    }
  }

  private void send(List<LatentId> ids, Sink<Block> sink) throws InterruptedException {
    List<Optional<byte[]>> blocks = store.readBlocks(ids);
    for (int i = 0; i < ids.size(); i++) {
      LatentId id = ids.get(i);
      // It may have expired since the first look.
      byte[] encoded = blocks.get(i).orElseThrow(() -> notFound(Set.of(id), ids.size()));
      try {
        check(id, encoded);
      } catch (StatusRuntimeException damaged) {
        log.error("dropping {}", damaged.getStatus().getDescription());
        store.dropBlock(id, encoded);
        throw damaged;
      }
      sink.write(
          Block.newBuilder()
              .setLatentId(id.hex())
              .setEncoded(UnsafeByteOperations.unsafeWrap(encoded))
              .build());
    }
  }

  private static void check(LatentId id, byte[] encoded) {
    try {
      LatentBlock.decode(encoded);
    } catch (CorruptBlockException e) {
      throw Problems.dataLoss("latent block " + id, String.valueOf(e.getMessage()));
    }
  }

  private static StatusRuntimeException notFound(Set<LatentId> missing, int asked) {
    String named =
        missing.stream().limit(NAMED).map(LatentId::hex).collect(Collectors.joining(", "));
    String more = missing.size() > NAMED ? ", ..." : "";
    return Problems.notFound(
        "latent blocks " + named + more, missing.size() + " missing of " + asked);
  }
}
