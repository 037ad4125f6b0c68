package ai.laconic.cache.service;

import ai.laconic.cache.store.ContextId;
import ai.laconic.cache.store.LatentStore;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.call.RequestReader;
import ai.laconic.servicekit.call.StreamingCalls;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Block;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindContextsRequest;
import ai.laconic.v1.FindContextsResponse;
import ai.laconic.v1.FindMissingRequest;
import ai.laconic.v1.FindMissingResponse;
import ai.laconic.v1.GetBlocksRequest;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.PutBlockRequest;
import ai.laconic.v1.PutBlocksResponse;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.RemoveContextResponse;
import ai.laconic.v1.SegmentText;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * LatentCacheService. All calls, unary ones too, wait for a store and so count against one limit.
 */
public final class LatentCacheHandlers extends LatentCacheServiceGrpc.LatentCacheServiceImplBase {
  private final StreamingCalls calls;
  private final Retention retention;
  private final Blocks blocks;
  private final Contexts contexts;

  /**
   * @param store closed by its owner
   * @param calls run the handlers
   * @param maxTtl the longest that anything may be kept
   */
  public LatentCacheHandlers(
      LatentStore store, StreamingCalls calls, Duration maxTtl, InstantSource clock) {
    this.calls = calls;
    this.retention = new Retention(maxTtl);
    this.blocks = new Blocks(store);
    this.contexts = new Contexts(store, retention, clock);
  }

  @Override
  public void findMissing(
      FindMissingRequest request, StreamObserver<FindMissingResponse> responses) {
    calls.answer(
        request,
        responses,
        writer -> {
          Duration ttl = retention.ttl(request.getTtl());
          List<LatentId> missing = blocks.findMissing(ids(request.getLatentIdsList()), ttl);
          writer.write(
              FindMissingResponse.newBuilder()
                  .addAllLatentIds(missing.stream().map(LatentId::hex).toList())
                  .build());
        });
  }

  @Override
  public StreamObserver<PutBlockRequest> putBlocks(StreamObserver<PutBlocksResponse> responses) {
    return calls.<PutBlockRequest, PutBlocksResponse>converse(
        responses,
        (requests, writer) -> {
          int stored = 0;
          for (Optional<PutBlockRequest> request = requests.read();
              request.isPresent();
              request = requests.read()) {
            Block block = request.get().getBlock();
            Duration ttl = retention.ttl(request.get().getTtl());
            blocks.put(new LatentId(block.getLatentId()), block.getEncoded().toByteArray(), ttl);
            stored++;
          }
          writer.write(PutBlocksResponse.newBuilder().setStored(stored).build());
        });
  }

  @Override
  public void getBlocks(GetBlocksRequest request, StreamObserver<Block> responses) {
    calls.answer(
        request, responses, writer -> blocks.get(ids(request.getLatentIdsList()), writer::write));
  }

  @Override
  public StreamObserver<PutContextRequest> putContext(
      StreamObserver<PutContextResponse> responses) {
    TenantId tenant = TenantId.current();
    return calls.<PutContextRequest, PutContextResponse>converse(
        responses,
        (requests, writer) -> {
          try (ContextUpload upload = contexts.upload(tenant, manifest(requests))) {
            for (Optional<PutContextRequest> request = requests.read();
                request.isPresent();
                request = requests.read()) {
              upload.add(text(request.get()));
            }
            upload.finish();
          }
          writer.write(PutContextResponse.getDefaultInstance());
        });
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
  public void getContext(GetContextRequest request, StreamObserver<Context> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(
        request,
        responses,
        writer ->
            writer.write(contexts.get(tenant, new ContextId(request.getContextId())).message()));
  }

  @Override
  public void findContexts(
      FindContextsRequest request, StreamObserver<FindContextsResponse> responses) {
    TenantId tenant = TenantId.current();
    calls.answer(
        request,
        responses,
        writer ->
            writer.write(contexts.find(tenant, request.getPageSize(), request.getPageToken())));
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

  private static List<LatentId> ids(List<String> hex) {
    return hex.stream().map(LatentId::new).toList();
  }
}
