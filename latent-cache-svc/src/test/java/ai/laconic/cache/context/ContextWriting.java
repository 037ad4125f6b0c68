package ai.laconic.cache.context;

import ai.laconic.cache.seal.Seal;
import ai.laconic.cache.store.BlockStore;
import ai.laconic.cache.store.ContextStore;
import ai.laconic.cache.store.StoredBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.SegmentText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Writes numbered contexts whose content follows from their number, and checks them. */
public final class ContextWriting {
  private static final TenantId TENANT = new TenantId("acme");
  private static final Duration LONG = Duration.ofDays(20);

  private final Contexts contexts;
  private final BlockStore blocks;

  public ContextWriting(ContextStore store, BlockStore blocks) {
    this.blocks = blocks;
    this.contexts =
        new Contexts(
            store, blocks, new Seal(List.of()), Quotas.NONE, Duration.ofDays(30), Instant::now);
  }

  private static List<Integer> windows(int number) {
    return List.of(number % 7, 100 + number, 200_000 + number);
  }

  /** Stores a context; it is promised when this returns. */
  public void write(int number) throws Exception {
    List<Integer> windows = windows(number);
    blocks.put(Texts.blocks(windows), LONG);
    Context manifest = Texts.manifest(Texts.context(number), windows, Instant.now(), LONG).build();
    try (ContextUpload upload = contexts.upload(TENANT, manifest)) {
      for (SegmentText text : Texts.segments(windows)) {
        upload.add(text);
      }
      if (!(upload.finish() instanceof ContextUpload.Stored)) {
        throw new IllegalStateException("context " + number + ": not stored");
      }
    }
  }

  /** Returns the numbers of all contexts, each of which is whole. */
  public List<Integer> read() throws Exception {
    List<Integer> numbers = new ArrayList<>();
    ListContextsRequest all = ListContextsRequest.newBuilder().setPageSize(1000).build();
    for (Context listed : contexts.list(TENANT, all).getContextsList()) {
      int number = Integer.parseInt(listed.getId().substring(20), 16);
      List<String> texts = new ArrayList<>();
      contexts.texts(
          TENANT, Texts.context(number), List.of(0, 1, 2), text -> texts.add(text.getText()));
      if (!texts.equals(windows(number).stream().map(Texts::text).toList())) {
        throw new IllegalStateException("context " + number + ": " + texts);
      }
      numbers.add(number);
    }
    return numbers;
  }

  /** Returns the blocks of contexts that are not there as they were put. */
  public List<LatentId> lostBlocks(Collection<Integer> numbers) throws InterruptedException {
    List<LatentId> lost = new ArrayList<>();
    for (int number : numbers) {
      Map<LatentId, StoredBlock> put = Texts.blocks(windows(number));
      blocks.read(
          List.copyOf(put.keySet()),
          (id, bytes) -> {
            if (!Arrays.equals(bytes, Objects.requireNonNull(put.get(id)).bytes())) {
              lost.add(id);
            }
          });
    }
    return lost;
  }

  /** Finishes what a process that died has left. */
  public void sweep() throws InterruptedException {
    contexts.sweeper().sweep();
  }
}
