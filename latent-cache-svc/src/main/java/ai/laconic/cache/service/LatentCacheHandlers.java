package ai.laconic.cache.service;

import ai.laconic.cache.block.BlockUpload;
import ai.laconic.cache.block.Blocks;
import ai.laconic.cache.context.ContextId;
import ai.laconic.cache.context.ContextUpload;
import ai.laconic.cache.context.Contexts;
import ai.laconic.cache.store.Claims;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.call.RequestReader;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.ClaimMissingRequest;
import ai.laconic.v1.ClaimMissingResponse;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.FindMissingResponse;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetBlocksResponse;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetContextResponse;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.MissingBlocks;
import ai.laconic.v1.PutBlocksRequest;
import ai.laconic.v1.PutBlocksResponse;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.ReleaseClaimsRequest;
import ai.laconic.v1.ReleaseClaimsResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.RemoveContextResponse;
import ai.laconic.v1.ReserveBytesRequest;
import ai.laconic.v1.ReserveBytesResponse;
import ai.laconic.v1.SegmentText;
import ai.laconic.v1.UpdateContextRequest;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * LatentCacheService. All calls, unary ones too, wait for a store and so count against one limit.
 */
public final class LatentCacheHandlers extends LatentCacheServiceGrpc.LatentCacheServiceImplBase {
  private final Blocks blocks;
  private final Contexts contexts;
  private final StreamingCalls calls;

  /**
   * @param calls run the handlers
   */
  public LatentCacheHandlers(Blocks blocks, Contexts contexts, StreamingCalls calls) {
    this.blocks = blocks;
    this.contexts = contexts;
    this.calls = calls;
  }

  @Override
  public void findMissing(
      FindMissingRequest request, StreamObserver<FindMissingResponse> responses) {
    calls.answer(
        request,
        responses,
        writer ->
            writer.write(
                FindMissingResponse.newBuilder()
                    .addAllLatentIds(
                        hex(
                            blocks.findMissing(
                                ids("latent_ids", request.getLatentIdsList()), request.getTtl())))
                    .build()));
  }

  @Override
  public void claimMissing(
      ClaimMissingRequest request, StreamObserver<ClaimMissingResponse> responses) {
    Duration lease =
        Duration.ofSeconds(request.getLease().getSeconds(), request.getLease().getNanos());
    calls.answer(
        request,
        responses,
        writer -> {
          Claims claims =
              blocks.claimMissing(
                  ids("latent_ids", request.getLatentIdsList()),
                  request.getHolder(),
                  lease,
                  request.getTtl());
          writer.write(
              ClaimMissingResponse.newBuilder()
                  .addAllClaimedIds(hex(claims.claimed()))
                  .addAllHeldIds(hex(claims.held()))
                  .build());
        });
  }

  @Override
  public void releaseClaims(
      ReleaseClaimsRequest request, StreamObserver<ReleaseClaimsResponse> responses) {
    calls.answer(
        request,
        responses,
        writer -> {
          blocks.releaseClaims(ids("latent_ids", request.getLatentIdsList()), request.getHolder());
          writer.write(ReleaseClaimsResponse.getDefaultInstance());
        });
  }

  @Override
  public StreamObserver<PutBlocksRequest> putBlocks(StreamObserver<PutBlocksResponse> responses) {
    TenantId tenant = TenantId.current();
    return calls.<PutBlocksRequest, PutBlocksResponse>converse(
        responses,
        (requests, writer) -> {
          BlockUpload upload = blocks.upload(tenant);
          for (Optional<PutBlocksRequest> request = requests.read();
              request.isPresent();
              request = requests.read()) {
            upload.add(request.get());
          }
          writer.write(PutBlocksResponse.newBuilder().setStored(upload.finish()).build());
        });
  }

  @Override
  public void getBlocks(GetBlocksRequest request, StreamObserver<GetBlocksResponse> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(
        request,
        responses,
        writer -> {
          List<LatentId> held = ids("held_ids", request.getHeldIdsList());
          List<LatentId> wanted = ids("latent_ids", request.getLatentIdsList());
          blocks.check(held, writer::write);
          blocks.get(tenant, wanted, writer::write);
        });
  }

  @Override
  public void reserveBytes(
      ReserveBytesRequest request, StreamObserver<ReserveBytesResponse> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(
        request,
        responses,
        writer ->
            writer.write(
                contexts.reserve(
                    tenant, new ContextId(request.getContextId()), request.getBytes())));
  }

  @Override
  public StreamObserver<PutContextRequest> putContext(
      StreamObserver<PutContextResponse> responses) {
    TenantId tenant = TenantId.current();
    return calls.<PutContextRequest, PutContextResponse>converse(
        responses,
        (requests, writer) -> {
          ContextUpload.Outcome outcome;
          try (ContextUpload upload = contexts.upload(tenant, manifest(requests))) {
            for (Optional<PutContextRequest> request = requests.read();
                request.isPresent();
                request = requests.read()) {
              upload.add(text(request.get()));
            }
            outcome = upload.finish();
          }
          writer.write(response(outcome));
        });
  }

  private static PutContextResponse response(ContextUpload.Outcome outcome) {
    if (outcome instanceof ContextUpload.Stored stored) {
      return PutContextResponse.newBuilder().setContext(stored.context()).build();
    }
    ContextUpload.Missing missing = (ContextUpload.Missing) outcome;
    return PutContextResponse.newBuilder()
        .setMissing(MissingBlocks.newBuilder().addAllLatentIds(hex(missing.blocks())))
        .build();
  }

  private static Context manifest(RequestReader<PutContextRequest> requests)
      throws InterruptedException {
    PutContextRequest first =
        requests.read().orElseThrow(() -> Problems.invalid("part", "missing", "a manifest first"));
    if (!first.hasManifest()) {
      throw Problems.invalid("part", "text", "a manifest first");
    }
    return first.getManifest();
  }

  private static SegmentText text(PutContextRequest request) {
    if (!request.hasText()) {
      throw Problems.invalid("part", "manifest", "text after the first message");
    }
    return request.getText();
  }

  @Override
  public void getContext(GetContextRequest request, StreamObserver<GetContextResponse> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(
        request,
        responses,
        writer ->
            writer.write(
                GetContextResponse.newBuilder()
                    .setContext(
                        contexts.get(
                            tenant,
                            new ContextId(request.getContextId()),
                            request.getKnownRevision() == 0,
                            request.getUse()))
                    .build()));
  }

  @Override
  public void findContexts(
      ListContextsRequest request, StreamObserver<ListContextsResponse> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(request, responses, writer -> writer.write(contexts.list(tenant, request)));
  }

  @Override
  public void changeContext(UpdateContextRequest request, StreamObserver<Context> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(request, responses, writer -> writer.write(contexts.update(tenant, request)));
  }

  @Override
  public void removeContext(
      RemoveContextRequest request, StreamObserver<RemoveContextResponse> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(
        request,
        responses,
        writer -> {
          contexts.remove(tenant, new ContextId(request.getContextId()));
          writer.write(RemoveContextResponse.getDefaultInstance());
        });
  }

  @Override
  public void getTexts(GetTextsRequest request, StreamObserver<SegmentText> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(
        request,
        responses,
        writer ->
            contexts.texts(
                tenant,
                new ContextId(request.getContextId()),
                request.getSegmentsList(),
                writer::write));
  }

  /** The rules of the proto don't check them: thousands of IDs would cost more than the rest. */
  private static List<LatentId> ids(String field, List<String> hex) {
    List<LatentId> ids = new ArrayList<>(hex.size());
    for (String one : hex) {
      try {
        ids.add(new LatentId(one));
      } catch (IllegalArgumentException e) {
        throw Problems.invalid(
            field + "[" + ids.size() + "]", one, "64 hexadecimal digits in lower case");
      }
    }
    return ids;
  }

  private static List<String> hex(List<LatentId> ids) {
    return ids.stream().map(LatentId::hex).toList();
  }
}
