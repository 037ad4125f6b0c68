package ai.laconic.gateway.healing;

import ai.laconic.gateway.healing.RemadeWindows.Reason;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.gateway.pool.SpanWindow;
import ai.laconic.gateway.upstream.Fanout;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.LatentRef;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the regions of a prompt readable for a model. */
public final class Healer {
  /** What a client can do itself. */
  public static final String REMEDY =
      "make the context again from its text, or keep its source to have that done for you";

  private static final Logger log = LoggerFactory.getLogger(Healer.class);

  /** Latent IDs that are remembered of what is read in place of others: some 20 MB. */
  private static final long REMEMBERED_IDS = 100_000;

  private final SourceEncoder encoder;
  private final Executor executor;
  private final int spansInFlight;
  private final Readings readings;
  private final RemadeWindows remade;

  public Healer(
      SourceEncoder encoder, Executor executor, int spansInFlight, MeterRegistry metrics) {
    this.encoder = encoder;
    this.executor = executor;
    this.spansInFlight = spansInFlight;
    this.readings = new Readings(REMEMBERED_IDS);
    this.remade = new RemadeWindows(metrics);
  }

  /**
   * Returns regions that {@code model} reads: those of another model are encoded anew, and so is
   * what could not be made again as it was.
   */
  public Healed toRead(ServedModel model, List<Region> regions)
      throws InterruptedException, ExecutionException {
    Set<Origin> outdated = new LinkedHashSet<>();
    for (Region region : regions) {
      if (region.origin() instanceof Origin.Stored stored
          && !stored.run().context().getFingerprint().equals(model.fingerprint())
          && readings.find(region.latents(), model.fingerprint()).isEmpty()) {
        outdated.add(new Origin.Reread(stored.run()));
      }
    }
    return reread(model, regions, outdated, Reason.OUTDATED);
  }

  /**
   * Makes missing blocks again.
   *
   * @param missing IDs of blocks
   * @throws StatusRuntimeException NOT_FOUND if a context has no source text to make them of
   */
  public Healed heal(ServedModel model, List<Region> regions, Collection<String> missing)
      throws InterruptedException, ExecutionException {
    Set<Origin> spans = MissingSpans.of(regions, Set.copyOf(missing));
    if (spans.isEmpty()) {
      throw Problems.dataLoss(
          "decoder of pool " + model.pool(),
          "names blocks as missing that the prompt doesn't have");
    }
    spans.forEach(span -> checkSource(span, missing.size()));
    log.info("{} blocks are missing in pool {}: encoding again", missing.size(), model.pool());
    Map<Origin, List<LatentRef>> encoded = encode(model, spans);

    Set<String> again = new HashSet<>();
    encoded.values().forEach(windows -> windows.forEach(ref -> again.add(ref.getLatentId())));
    int same = (int) missing.stream().distinct().filter(again::contains).count();
    remade.add(Reason.MISSING, model.pool(), same);

    List<Region> healed = new ArrayList<>(regions.size());
    Set<Origin> recut = new LinkedHashSet<>();
    int other = 0;
    for (Region region : regions) {
      List<LatentRef> windows = encoded.get(MissingSpans.span(region.origin()));
      if (windows == null) {
        healed.add(region);
      } else if (region.origin() instanceof Origin.Stored stored) {
        healed.add(region);
        if (!windows.equals(stored.run().wholeSpan().latents())) {
          recut.add(new Origin.Reread(stored.run()));
        }
      } else {
        healed.add(replaced(model, region, windows));
        other += windows.equals(region.latents()) ? 0 : windows.size();
      }
    }
    remade.add(Reason.RECUT, model.pool(), other);
    Healed whole = reread(model, healed, recut, Reason.RECUT);
    return new Healed(whole.regions(), same + other + whole.remadeWindows());
  }

  private static void checkSource(Origin span, int missing) {
    span.segments()
        .map(SegmentRun::context)
        .filter(context -> !context.getSourceKept())
        .ifPresent(
            context -> {
              throw Problems.notFound(
                  "blocks of context " + context.getId(), missing + " are gone", REMEDY);
            });
  }

  /** Returns the regions with what is read in place of those that are stored otherwise. */
  private Healed reread(ServedModel model, List<Region> regions, Set<Origin> unread, Reason reason)
      throws InterruptedException, ExecutionException {
    Map<Origin, List<LatentRef>> encoded = unread.isEmpty() ? Map.of() : encode(model, unread);
    List<Region> read = new ArrayList<>(regions.size());
    for (Region region : regions) {
      read.add(
          region.origin() instanceof Origin.Stored stored
              ? read(model, region, new Origin.Reread(stored.run()), encoded)
              : region);
    }
    int windows = encoded.values().stream().mapToInt(List::size).sum();
    remade.add(reason, model.pool(), windows);
    return new Healed(read, windows);
  }

  private Region read(
      ServedModel model,
      Region region,
      Origin.Reread origin,
      Map<Origin, List<LatentRef>> encoded) {
    List<LatentRef> now = encoded.get(origin);
    if (now != null) {
      readings.remember(region.latents(), model.fingerprint(), now);
      return new Region(now, origin);
    }
    Optional<List<LatentRef>> before = readings.find(region.latents(), model.fingerprint());
    return before.map(latents -> new Region(latents, origin)).orElse(region);
  }

  /** What stood in place of something else still does, in the form that it has now. */
  private Region replaced(ServedModel model, Region region, List<LatentRef> now) {
    if (region.origin() instanceof Origin.Reread reread) {
      readings.remember(reread.run().latents(), model.fingerprint(), now);
    }
    return new Region(now, region.origin());
  }

  private Map<Origin, List<LatentRef>> encode(ServedModel model, Set<Origin> spans)
      throws InterruptedException, ExecutionException {
    List<Origin> all = List.copyOf(spans);
    Map<Origin, List<LatentRef>> encoded = new HashMap<>();
    try (Fanout<List<LatentRef>> fanout = new Fanout<>(executor, spansInFlight)) {
      for (Origin span : all) {
        fanout.submit(() -> encoder.encode(model, span).stream().map(SpanWindow::latent).toList());
      }
      List<List<LatentRef>> windows = fanout.join();
      for (int i = 0; i < all.size(); i++) {
        encoded.put(all.get(i), windows.get(i));
      }
    }
    return encoded;
  }
}
