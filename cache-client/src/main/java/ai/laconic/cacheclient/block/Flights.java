package ai.laconic.cacheclient.block;

import ai.laconic.cacheclient.block.NearBlocks.Key;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Blocks on their way, each pulled by one call for all that want it meanwhile. Safe for use by many
 * threads.
 */
final class Flights {
  /** How often one who waits looks whether its own call has ended. */
  private static final long LOOK_MILLIS = 50;

  /** Empty for a block that is missing. */
  private final Map<Key, CompletableFuture<Optional<LatentBlock>>> underway =
      new ConcurrentHashMap<>();

  /** Takes on those of {@code ids} that nobody pulls yet. */
  Boarding board(TenantId tenant, List<LatentId> ids) {
    Boarding boarding = new Boarding(tenant);
    for (LatentId id : ids) {
      CompletableFuture<Optional<LatentBlock>> mine = new CompletableFuture<>();
      CompletableFuture<Optional<LatentBlock>> theirs =
          underway.putIfAbsent(new Key(tenant, id), mine);
      if (theirs == null) {
        boarding.own.put(id, mine);
      } else {
        boarding.others.put(id, theirs);
      }
    }
    return boarding;
  }

  /** The blocks of one call: those that it pulls, and those that others pull. Of one thread. */
  final class Boarding implements AutoCloseable {
    private final TenantId tenant;
    private final Map<LatentId, CompletableFuture<Optional<LatentBlock>>> own =
        new LinkedHashMap<>();
    private final Map<LatentId, CompletableFuture<Optional<LatentBlock>>> others =
        new LinkedHashMap<>();

    private Boarding(TenantId tenant) {
      this.tenant = tenant;
    }

    /** Returns the blocks that this call has to pull. */
    List<LatentId> own() {
      return List.copyOf(own.keySet());
    }

    void arrived(LatentId id, LatentBlock block) {
      land(id, Optional.of(block));
    }

    void missing(LatentId id) {
      land(id, Optional.empty());
    }

    private void land(LatentId id, Optional<LatentBlock> block) {
      CompletableFuture<Optional<LatentBlock>> flight = own.remove(id);
      if (flight != null) {
        underway.remove(new Key(tenant, id), flight);
        flight.complete(block);
      }
    }

    /**
     * Waits for what others pull and hands it on. Returns what didn't arrive, for whatever reason.
     */
    List<LatentId> awaitOthers(NearBlocks.Arrivals arrivals) throws InterruptedException {
      List<LatentId> left = new ArrayList<>();
      for (Map.Entry<LatentId, CompletableFuture<Optional<LatentBlock>>> other :
          others.entrySet()) {
        Optional<LatentBlock> block = await(other.getValue());
        if (block.isPresent()) {
          arrivals.put(other.getKey(), block.get());
        } else {
          left.add(other.getKey());
        }
      }
      return left;
    }

    private Optional<LatentBlock> await(CompletableFuture<Optional<LatentBlock>> flight)
        throws InterruptedException {
      while (true) {
        try {
          return flight.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
          return Optional.empty();
        } catch (TimeoutException e) {
          if (Context.current().isCancelled()) {
            throw Problems.ended(Context.current(), "while another call pulled its latents");
          }
        }
      }
    }

    /** Lets those who wait pull themselves what didn't arrive here. */
    @Override
    public void close() {
      own.forEach(
          (id, flight) -> {
            underway.remove(new Key(tenant, id), flight);
            flight.completeExceptionally(new IllegalStateException("not pulled"));
          });
      own.clear();
    }
  }
}
