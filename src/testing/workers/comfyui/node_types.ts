/** The rule of a required input of a node. */
export interface NodeInput {
  type: "INT" | "FLOAT" | "STRING" | "BOOLEAN" | "COMBO" | "LINK";
  min?: number;
  max?: number;
  oneOf?: readonly string[];
}

const link: NodeInput = { type: "LINK" };
const text: NodeInput = { type: "STRING" };
const file: NodeInput = { type: "COMBO" };
const flag: NodeInput = { type: "BOOLEAN" };
const int = (min: number, max: number): NodeInput => ({ type: "INT", min, max });
const float = (min: number, max: number): NodeInput => ({ type: "FLOAT", min, max });
const oneOf = (...names: string[]): NodeInput => ({ type: "COMBO", oneOf: names });
const linked = (...names: string[]): Record<string, NodeInput> => Object.fromEntries(names.map((name) => [name, link]));

const seed = int(0, 2 ** 64);
const steps = int(1, 10_000);
const side = int(16, 16_384);
const batch = int(1, 4096);
const emptyLatent = { width: side, height: side, batch_size: batch };
const sampler = oneOf(
  ...("euler euler_cfg_pp euler_ancestral euler_ancestral_cfg_pp heun heunpp2 dpm_2 dpm_2_ancestral lms dpm_fast " +
    "dpm_adaptive dpmpp_2s_ancestral dpmpp_2s_ancestral_cfg_pp dpmpp_sde dpmpp_sde_gpu dpmpp_2m dpmpp_2m_cfg_pp " +
    "dpmpp_2m_sde dpmpp_2m_sde_gpu dpmpp_3m_sde dpmpp_3m_sde_gpu ddpm lcm ipndm ipndm_v deis res_multistep " +
    "res_multistep_cfg_pp res_multistep_ancestral gradient_estimation er_sde seeds_2 seeds_3 sa_solver ddim uni_pc " +
    "uni_pc_bh2").split(" "),
);
const scheduler = oneOf(
  ..."simple sgm_uniform karras exponential ddim_uniform beta normal linear_quadratic kl_optimal".split(" "),
);
const resize = oneOf("nearest-exact", "bilinear", "area", "bicubic", "lanczos");

/** The required inputs of ComfyUI's own nodes that most workflows are made of. */
export const nodeTypes: Readonly<Record<string, Readonly<Record<string, NodeInput>>>> = {
  CheckpointLoaderSimple: { ckpt_name: file },
  UNETLoader: { unet_name: file, weight_dtype: file },
  CLIPLoader: { clip_name: file, type: file },
  DualCLIPLoader: { clip_name1: file, clip_name2: file, type: file },
  VAELoader: { vae_name: file },
  LoraLoader: {
    ...linked("model", "clip"),
    lora_name: file,
    strength_model: float(-100, 100),
    strength_clip: float(-100, 100),
  },
  LoraLoaderModelOnly: { model: link, lora_name: file, strength_model: float(-100, 100) },
  CLIPTextEncode: { text, clip: link },
  FluxGuidance: { conditioning: link, guidance: float(0, 100) },
  EmptyLatentImage: emptyLatent,
  EmptySD3LatentImage: emptyLatent,
  EmptyImage: { width: int(1, 16_384), height: int(1, 16_384), batch_size: batch, color: int(0, 0xffffff) },
  KSampler: {
    model: link,
    seed,
    steps,
    cfg: float(0, 100),
    sampler_name: sampler,
    scheduler,
    ...linked("positive", "negative", "latent_image"),
    denoise: float(0, 1),
  },
  KSamplerSelect: { sampler_name: sampler },
  BasicScheduler: { model: link, scheduler, steps, denoise: float(0, 1) },
  RandomNoise: { noise_seed: seed },
  BasicGuider: linked("model", "conditioning"),
  SamplerCustomAdvanced: linked("noise", "guider", "sampler", "sigmas", "latent_image"),
  VAEDecode: linked("samples", "vae"),
  VAEEncode: linked("pixels", "vae"),
  LoadImage: { image: file },
  LoadImageMask: { image: file, channel: oneOf("alpha", "red", "green", "blue") },
  ImageInvert: linked("image"),
  ImageBatch: linked("image1", "image2"),
  ImageScale: {
    image: link,
    upscale_method: resize,
    width: int(0, 16_384),
    height: int(0, 16_384),
    crop: oneOf("disabled", "center"),
  },
  ImageScaleBy: { image: link, upscale_method: resize, scale_by: float(0.01, 8) },
  CreateVideo: { images: link, fps: float(1, 120) },
  SaveImage: { images: link, filename_prefix: text },
  PreviewImage: linked("images"),
  SaveVideo: { video: link, filename_prefix: text, format: file, codec: file },
  SaveWEBM: {
    images: link,
    filename_prefix: text,
    codec: oneOf("vp9", "av1"),
    fps: float(0.01, 1000),
    crf: float(0, 63),
  },
  SaveAnimatedWEBP: {
    images: link,
    filename_prefix: text,
    fps: float(0.01, 1000),
    lossless: flag,
    quality: int(0, 100),
    method: oneOf("default", "fastest", "slowest"),
  },
  SaveAnimatedPNG: { images: link, filename_prefix: text, fps: float(0.01, 1000), compress_level: int(0, 9) },
  LoadAudio: { audio: file },
  SaveAudio: { audio: link, filename_prefix: text },
  SaveAudioMP3: { audio: link, filename_prefix: text },
};

/** Further nodes of ComfyUI, whose inputs are not checked. */
const otherNodes = new Set(
  ("CLIPSetLastLayer CLIPVisionEncode CLIPVisionLoader CLIPTextEncodeSDXL CLIPTextEncodeSDXLRefiner CLIPTextEncodeFlux " +
    "CLIPTextEncodeSD3 CLIPTextEncodeHunyuanDiT CheckpointLoader CheckpointSave ConditioningAverage ConditioningCombine " +
    "ConditioningConcat ConditioningSetArea ConditioningSetAreaPercentage ConditioningSetAreaStrength " +
    "ConditioningSetMask ConditioningSetTimestepRange ConditioningZeroOut ControlNetApply ControlNetApplyAdvanced " +
    "ControlNetApplySD3 ControlNetInpaintingAliMamaApply ControlNetLoader DiffControlNetLoader DiffusersLoader " +
    "SetUnionControlNetType GLIGENLoader GLIGENTextBoxApply HypernetworkLoader InpaintModelConditioning " +
    "KSamplerAdvanced SamplerCustom CFGGuider DualCFGGuider DisableNoise SplitSigmas SplitSigmasDenoise FlipSigmas " +
    "KarrasScheduler ExponentialScheduler SDTurboScheduler AlignYourStepsScheduler BetaSamplingScheduler " +
    "ModelSamplingFlux ModelSamplingSD3 ModelSamplingAuraFlow ModelSamplingDiscrete ModelMergeSimple " +
    "LatentBatch LatentBlend LatentComposite LatentCompositeMasked LatentCrop LatentFlip LatentFromBatch LatentRotate " +
    "LatentUpscale LatentUpscaleBy LoadLatent SaveLatent RepeatLatentBatch RepeatImageBatch SetLatentNoiseMask " +
    "StyleModelApply StyleModelLoader unCLIPCheckpointLoader unCLIPConditioning TripleCLIPLoader QuadrupleCLIPLoader " +
    "VAEDecodeTiled VAEEncodeTiled VAEEncodeForInpaint VAEDecodeAudio VAEEncodeAudio EmptyLatentAudio PreviewAudio " +
    "SaveAudioOpus ImageBlend ImageBlur ImageColorToMask ImageCompositeMasked ImageCrop ImageFlip ImageFromBatch " +
    "ImagePadForOutpaint ImageQuantize ImageRotate ImageScaleToTotalPixels ImageSharpen ImageStitch " +
    "ImageOnlyCheckpointLoader ImageToMask ImageUpscaleWithModel UpscaleModelLoader LoadImageOutput LoadVideo " +
    "GetVideoComponents GetImageSize MaskToImage MaskComposite MaskPreview InvertMask CropMask FeatherMask GrowMask " +
    "SolidMask ThresholdMask PorterDuffImageComposite SplitImageWithAlpha JoinImageWithAlpha Canny FreeU FreeU_V2 " +
    "PatchModelAddDownscale PerpNeg PerpNegGuider RescaleCFG SelfAttentionGuidance SkipLayerGuidanceSD3 TomePatchModel " +
    "DifferentialDiffusion PhotoMakerEncode PhotoMakerLoader InstructPixToPixConditioning ReferenceLatent " +
    "FluxDisableGuidance FluxKontextImageScale FluxKontextMultiReferenceLatentMethod Flux2Scheduler " +
    "EmptyFlux2LatentImage TextEncodeQwenImageEdit TextEncodeQwenImageEditPlus EmptyHunyuanLatentVideo " +
    "EmptyHunyuanImageLatent EmptyLTXVLatentVideo EmptyMochiLatentVideo EmptyCosmosLatentVideo LTXVConditioning " +
    "LTXVImgToVideo LTXVScheduler HunyuanImageToVideo WanImageToVideo WanFirstLastFrameToVideo WanFunControlToVideo " +
    "WanVaceToVideo WanCameraImageToVideo Wan22ImageToVideoLatent TrimVideoLatent SVD_img2vid_Conditioning " +
    "VideoLinearCFGGuidance VideoTriangleCFGGuidance StableCascade_EmptyLatentImage StableZero123_Conditioning " +
    "PrimitiveInt PrimitiveFloat PrimitiveString PrimitiveStringMultiline PrimitiveBoolean StringConcatenate " +
    "StringTrim StringReplace PreviewAny SaveSVGNode SaveGLB Preview3D Load3D WebcamCapture").split(" "),
);

/** Whether ComfyUI has a node of this class without further ones being installed. */
export function isOwnNode(name: string): boolean {
  return Object.hasOwn(nodeTypes, name) || otherNodes.has(name);
}

/** Whether the workflow is run for what this node does. */
export function isOutputNode(name: string): boolean {
  return /^(Save|Preview)/.test(name) || name === "MaskPreview";
}
