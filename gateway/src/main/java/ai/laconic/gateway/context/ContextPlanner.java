package ai.laconic.gateway.context;

import ai.laconic.cacheclient.context.ContextClient;
import ai.laconic.gateway.pool.Pools;
import ai.laconic.gateway.pool.ServedModel;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.AppendOptions;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.Model;
import ai.laconic.v1.Sharing;
import ai.laconic.v1.UpdateContextRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Makes plans out of what clients ask for: all that is checked before any text is read. */
public final class ContextPlanner {
  private final Pools pools;
  private final ContextClient contexts;
  private final ContextIds ids;
  private final InstantSource clock;
  private final ContextProperties properties;

  public ContextPlanner(
      Pools pools,
      ContextClient contexts,
      ContextIds ids,
      InstantSource clock,
      ContextProperties properties) {
    this.pools = pools;
    this.contexts = contexts;
    this.ids = ids;
    this.clock = clock;
    this.properties = properties;
  }

  ContextPlan toCreate(ContextOptions options) {
    Duration ttl =
        options.hasTtl() ? properties.ttl("ttl", options.getTtl()) : properties.defaultTtl();
    ServedModel model = pools.toEncode(options.getRatio());
    Context.Builder head =
        head(model.model(), options.getRequestId())
            .setName(options.getName())
            .putAllLabels(options.getLabelsMap())
            .setSourceKept(!options.getDiscardSource())
            .setWindowing(options.getWindowing())
            .setSharing(
                options.getSharing() == Sharing.SHARING_UNSPECIFIED
                    ? Sharing.SHARING_PRIVATE
                    : options.getSharing());
    new Lifetime(clock.instant(), ttl, properties.expiration(options.getExpiration())).addTo(head);
    return new ContextPlan(model, head.build(), Optional.empty(), ttl, options.getRequestId());
  }

  ContextPlan toAppend(AppendOptions options) {
    Context parent = contexts.get(options.getParentId());
    Duration ttl = options.hasTtl() ? properties.ttl("ttl", options.getTtl()) : ttl(parent);
    ServedModel model =
        pools.toAppend("context " + parent.getId(), parent.getRatio(), parent.getFingerprint());
    Context.Builder head =
        head(model.model(), options.getRequestId())
            .setParentId(parent.getId())
            .setName(options.hasName() ? options.getName() : parent.getName())
            .putAllLabels(
                options.getLabelsCount() > 0 ? options.getLabelsMap() : parent.getLabelsMap())
            .setSourceKept(parent.getSourceKept())
            .setWindowing(parent.getWindowing())
            .setSharing(parent.getSharing());
    Expiration expiration =
        options.getExpiration() == Expiration.EXPIRATION_UNSPECIFIED
            ? parent.getExpiration()
            : options.getExpiration();
    new Lifetime(clock.instant(), ttl, expiration).addTo(head);
    return new ContextPlan(model, head.build(), Optional.of(parent), ttl, options.getRequestId());
  }

  /** Refuses times that nobody may ask for: INVALID_ARGUMENT. */
  void check(UpdateContextRequest request) {
    if (request.hasTtl()) {
      Duration unused = properties.ttl("ttl", request.getTtl());
    }
    if (request.getPin().hasTtl()) {
      Duration unused = properties.ttl("pin.ttl", request.getPin().getTtl());
    }
  }

  private Context.Builder head(Model model, String requestId) {
    return Context.newBuilder()
        .setId(ids.of(TenantId.current(), requestId))
        .setModel(model.getName())
        .setFingerprint(model.getFingerprint())
        .setRatio(model.getRatio());
  }

  /** The limit may have come down since. */
  private Duration ttl(Context parent) {
    Duration ttl = Duration.ofSeconds(parent.getTtl().getSeconds(), parent.getTtl().getNanos());
    return ttl.compareTo(properties.maxTtl()) < 0 ? ttl : properties.maxTtl();
  }
}
