package ai.laconic.cacheclient.block;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toUnmodifiableList;

import ai.laconic.cacheclient.CacheProblems;
import ai.laconic.runtime.latent.CorruptBlockException;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.LatentCacheServiceGrpc.LatentCacheServiceBlockingV2Stub;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Scheduler;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.StatusException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Blocks of the cache, those read lately near at hand. The calls end with the gRPC context that
 * they are made in. Safe for use by many threads.
 */
public final class NearBlocks {
  /** Most blocks of one call: a cache looks all of them up before it sends the first. */
  private static final int BLOCKS_PER_CALL = 4096;

  private final LatentCacheServiceBlockingV2Stub stub;
  private final Cache<Key, LatentBlock> near;
  private final Flights flights = new Flights();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();

  /** Nobody finds a block under another tenant's name, whatever IDs it knows. */
  record Key(TenantId tenant, LatentId id) {}

  /**
   * @param channel to the cache, with deadlines and the tenant on every call
   * @param maxBytes of the blocks that stay near, as they are stored; 0 for none
   * @param maxIdle how long one stays that nobody reads
   */
  public NearBlocks(Channel channel, long maxBytes, Duration maxIdle) {
    this.stub = LatentCacheServiceGrpc.newBlockingV2Stub(channel);
    this.near =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Key key, LatentBlock block) -> block.encodedBytes())
            .expireAfterAccess(maxIdle)
            .scheduler(Scheduler.systemScheduler())
            .build();
  }

  /** Takes a block. */
  @FunctionalInterface
  public interface Arrivals {
    void put(LatentId id, LatentBlock block);
  }

  /**
   * Reads blocks and hands them on, each once, as they arrive.
   *
   * @param wanted each once
   * @param mostBytes that one of them may have
   * @return those that the cache doesn't have, or not as they were put; empty if all arrived
   * @throws StatusException what the cache answered, UNAVAILABLE among it
   * @throws io.grpc.StatusRuntimeException DATA_LOSS for an answer that is none
   */
  public List<LatentId> read(Collection<LatentId> wanted, long mostBytes, Arrivals arrivals)
      throws StatusException, InterruptedException {
    List<LatentId> missing = new ArrayList<>();
    for (List<LatentId> some : calls(List.copyOf(wanted))) {
      missing.addAll(readSome(some, mostBytes, arrivals));
    }
    return missing;
  }

  /** Cuts IDs into as many as one call may name. */
  private static List<List<LatentId>> calls(List<LatentId> ids) {
    return IntStream.iterate(0, from -> from < ids.size(), from -> from + BLOCKS_PER_CALL)
        .mapToObj(from -> ids.subList(from, Math.min(from + BLOCKS_PER_CALL, ids.size())))
        .toList();
  }

  private List<LatentId> readSome(List<LatentId> wanted, long mostBytes, Arrivals arrivals)
      throws StatusException, InterruptedException {
    TenantId tenant = TenantId.current();
    List<LatentId> missing = new ArrayList<>();
    List<LatentId> left = wanted;
    while (!left.isEmpty()) {
      Map<LatentId, LatentBlock> held = held(tenant, left);
      List<LatentId> far = left.stream().filter(id -> !held.containsKey(id)).toList();
      misses.add(far.size());
      try (Flights.Boarding boarding = flights.board(tenant, far)) {
        if (!held.isEmpty() || !boarding.own().isEmpty()) {
          missing.addAll(pull(tenant, held, mostBytes, boarding, arrivals));
        }
        // Whose call ended before its blocks were here left them to the others.
        left = boarding.awaitOthers(arrivals, missing::add);
      }
    }
    return missing;
  }

  private Map<LatentId, LatentBlock> held(TenantId tenant, List<LatentId> ids) {
    Map<LatentId, LatentBlock> held = new LinkedHashMap<>();
    for (LatentId id : ids) {
      LatentBlock block = near.getIfPresent(new Key(tenant, id));
      if (block != null) {
        held.put(id, block);
      }
    }
    return held;
  }

  /** Pulls what is this call's to pull, and asks for the rest whether it is still there. */
  private List<LatentId> pull(
      TenantId tenant,
      Map<LatentId, LatentBlock> held,
      long mostBytes,
      Flights.Boarding boarding,
      Arrivals arrivals)
      throws StatusException, InterruptedException {
    List<LatentId> pulled = boarding.own();
    try (BlockStream stream =
        BlockStream.open(stub, pulled, List.copyOf(held.keySet()), mostBytes)) {
      Set<LatentId> gone = boarding.told(() -> stream.gone(held.keySet()));
      List<LatentId> missing = new ArrayList<>(gone);
      forget(tenant, gone);
      hits.add(held.size() - gone.size());
      misses.add(gone.size());
      for (Map.Entry<LatentId, LatentBlock> block : held.entrySet()) {
        if (!gone.contains(block.getKey())) {
          arrivals.put(block.getKey(), block.getValue());
        }
      }
      for (LatentId id : pulled) {
        Optional<LatentBlock> block = boarding.told(() -> next(stream, id));
        if (block.isPresent()) {
          arrivals.put(id, block.get());
          near.put(new Key(tenant, id), block.get());
        } else {
          missing.add(id);
        }
        boarding.landed(id, block);
      }
      stream.finish();
      return missing;
    }
  }

  private static Optional<LatentBlock> next(BlockStream stream, LatentId id)
      throws StatusException, InterruptedException {
    ByteBuffer encoded = stream.next(id);
    return encoded == null ? Optional.empty() : Optional.of(decode(id, encoded));
  }

  /** Decodes a block once for all who read it. */
  private static LatentBlock decode(LatentId id, ByteBuffer encoded) {
    try {
      LatentBlock block = LatentBlock.decode(encoded);
      if (!block.id().equals(id)) {
        throw Problems.dataLoss(
            "block " + id, "the " + CacheProblems.PEER + " sent what belongs to " + block.id());
      }
      return block;
    } catch (CorruptBlockException e) {
      throw Problems.dataLoss("block " + id, String.valueOf(e.getMessage()));
    }
  }

  /**
   * Asks the cache for all that is near, and lets go of what it no longer has: what was erased
   * there leaves this memory too, read again or not.
   *
   * @throws StatusException what the cache answered; what it wasn't asked for stays
   */
  public void dropErased() throws StatusException, InterruptedException {
    Map<TenantId, List<LatentId>> held =
        near.asMap().keySet().stream()
            .collect(groupingBy(Key::tenant, mapping(Key::id, toUnmodifiableList())));
    for (Map.Entry<TenantId, List<LatentId>> each : held.entrySet()) {
      Context context = each.getKey().in(Context.current());
      Context outer = context.attach();
      try {
        dropErased(each.getKey(), each.getValue());
      } finally {
        context.detach(outer);
      }
    }
  }

  private void dropErased(TenantId tenant, List<LatentId> held)
      throws StatusException, InterruptedException {
    for (List<LatentId> some : calls(held)) {
      try (BlockStream stream = BlockStream.open(stub, List.of(), some, 0)) {
        forget(tenant, stream.gone(Set.copyOf(some)));
        stream.finish();
      }
    }
  }

  private void forget(TenantId tenant, Set<LatentId> gone) {
    near.invalidateAll(gone.stream().map(id -> new Key(tenant, id)).toList());
  }

  /** Returns how many blocks were near when they were wanted, and still in the cache. */
  public long hits() {
    return hits.sum();
  }

  /** Returns how many were not. */
  public long misses() {
    return misses.sum();
  }

  /** Returns the bytes that are near. */
  public long bytes() {
    near.cleanUp();
    return near.policy().eviction().map(policy -> policy.weightedSize().orElse(0)).orElse(0L);
  }
}
