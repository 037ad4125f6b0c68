package ai.laconic.cacheclient.block;

import ai.laconic.cacheclient.block.NearBlocks.Key;
import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import io.grpc.Context;
import io.grpc.Context.CancellationListener;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Blocks on their way, each pulled by one call for all that want it meanwhile. What the cache says
 * is told to all of them, its failures too; but the end of the call that pulls is its own matter.
 * Safe for use by many threads.
 */
final class Flights {
  /** Empty for a block that is missing; cancelled if its puller left. */
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

  /** Something read from the cache. */
  @FunctionalInterface
  interface Reading<T> {
    T read() throws StatusException, InterruptedException;
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

    /** Hands a block to those who wait for it; empty if it is missing. */
    void landed(LatentId id, Optional<LatentBlock> block) {
      CompletableFuture<Optional<LatentBlock>> flight = own.remove(id);
      if (flight != null) {
        underway.remove(new Key(tenant, id), flight);
        flight.complete(block);
      }
    }

    /** Reads, and tells those who wait too if the cache fails. */
    <T> T told(Reading<T> reading) throws StatusException, InterruptedException {
      try {
        return reading.read();
      } catch (StatusException | StatusRuntimeException e) {
        if (!Context.current().isCancelled()) {
          end(flight -> flight.completeExceptionally(e));
        }
        throw e;
      }
    }

    /**
     * Waits for what others pull and hands it on.
     *
     * @param missing takes what isn't in the cache
     * @return what their pullers left behind
     * @throws StatusException what the cache told them
     */
    List<LatentId> awaitOthers(NearBlocks.Arrivals arrivals, Consumer<LatentId> missing)
        throws StatusException, InterruptedException {
      if (others.isEmpty()) {
        return List.of();
      }
      CompletableFuture<Optional<LatentBlock>> over = new CompletableFuture<>();
      CancellationListener onEnd = ended -> over.cancel(false);
      Context.current().addListener(onEnd, Runnable::run);
      try {
        List<LatentId> left = new ArrayList<>();
        for (Map.Entry<LatentId, CompletableFuture<Optional<LatentBlock>>> other :
            others.entrySet()) {
          LatentId id = other.getKey();
          try {
            await(other.getValue(), over)
                .ifPresentOrElse(block -> arrivals.put(id, block), () -> missing.accept(id));
          } catch (CancellationException e) {
            left.add(id);
          }
        }
        return left;
      } finally {
        Context.current().removeListener(onEnd);
      }
    }

    /**
     * Waits for a block.
     *
     * @param over cancelled at the end of this call
     * @throws CancellationException if its puller left
     */
    private static Optional<LatentBlock> await(
        CompletableFuture<Optional<LatentBlock>> flight,
        CompletableFuture<Optional<LatentBlock>> over)
        throws StatusException, InterruptedException {
      try {
        CompletableFuture<Object> first = CompletableFuture.anyOf(flight, over);
        Object unused = first.get();
      } catch (ExecutionException e) {
        // Told below, by whichever of the two it was.
      }
      if (!flight.isDone()) {
        throw Problems.ended(Context.current(), "while another call pulled its latents");
      }
      try {
        return flight.get();
      } catch (ExecutionException e) {
        throw copy(e.getCause());
      }
    }

    /** Each call gets a problem of its own: gRPC writes into the trailers that it carries. */
    private static StatusException copy(@Nullable Throwable failure) {
      Metadata given = failure == null ? null : Status.trailersFromThrowable(failure);
      Metadata trailers = new Metadata();
      if (given != null) {
        trailers.merge(given);
      }
      return (failure == null ? Status.UNKNOWN : Status.fromThrowable(failure))
          .asException(trailers);
    }

    /** Leaves to those who wait what didn't arrive here. */
    @Override
    public void close() {
      end(flight -> flight.cancel(false));
    }

    private void end(Consumer<CompletableFuture<Optional<LatentBlock>>> how) {
      own.forEach(
          (id, flight) -> {
            underway.remove(new Key(tenant, id), flight);
            how.accept(flight);
          });
      own.clear();
    }
  }
}
