package ai.laconic.cache.context;

import ai.laconic.cache.seal.BrokenSealException;
import ai.laconic.cache.seal.MissingKeyException;
import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.Partition;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.storage.v1.ContextRecord;
import ai.laconic.v1.Context;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

/** What contexts are made of: both stores, the seal of texts, and the time. */
record Stores(ContextStore contexts, BlockStore blocks, Seal texts, InstantSource clock) {
  /** Returns a context with its segments; empty if there is none, or it is over. */
  Optional<Context> context(TenantId tenant, ContextId id) throws InterruptedException {
    Partition partition = Partition.of(tenant);
    return contexts.read(
        partition,
        transaction -> {
          Records records = new Records(partition, transaction);
          Optional<ContextRecord> found = records.context(id);
          if (found.isEmpty() || Lifetimes.isOver(found.get().getContext(), clock.instant())) {
            return Optional.empty();
          }
          return Optional.of(
              found.get().getContext().toBuilder()
                  .addAllSegments(Extents.segments(records.extents(found.get().getExtentIdsList())))
                  .build());
        });
  }

  /** Refuses a context whose blocks could never all be there. */
  void checkRoom(Context manifest) {
    long bytes = Extents.blockBytes(manifest.getSegmentsList());
    OptionalLong most = blocks.maxBytes();
    if (most.isPresent() && bytes > most.getAsLong()) {
      throw Problems.tooLarge(
          "blocks of context " + manifest.getId(),
          bytes + " bytes",
          "at most " + most.getAsLong() + ", the whole store");
    }
  }

  byte[] sealText(TenantId tenant, String extent, int number, byte[] utf8) {
    return texts.seal(Partition.of(tenant), textPlace(extent, number), utf8);
  }

  /** Returns a text as it was before it was sealed. */
  ByteBuffer openText(TenantId tenant, String extent, int number, byte[] sealed)
      throws BrokenSealException, MissingKeyException {
    return texts.open(Partition.of(tenant), textPlace(extent, number), sealed);
  }

  private static String textPlace(String extent, int number) {
    return "text " + number + " of " + extent;
  }
}
