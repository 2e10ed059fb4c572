/** What nodes hand to each other. */
type LinkType =
  | "AUDIO"
  | "CLIP"
  | "CONDITIONING"
  | "GUIDER"
  | "IMAGE"
  | "LATENT"
  | "MASK"
  | "MODEL"
  | "NOISE"
  | "SAMPLER"
  | "SIGMAS"
  | "VAE"
  | "VIDEO";

/** The rule of a required input of a node. */
export interface NodeInput {
  type: "INT" | "FLOAT" | "STRING" | "BOOLEAN" | "COMBO" | LinkType;
  min?: number;
  max?: number;
  oneOf?: readonly string[];
}

const text: NodeInput = { type: "STRING" };
const file: NodeInput = { type: "COMBO" };
const flag: NodeInput = { type: "BOOLEAN" };
const int = (min: number, max: number): NodeInput => ({ type: "INT", min, max });
const float = (min: number, max: number): NodeInput => ({ type: "FLOAT", min, max });
const oneOf = (...names: string[]): NodeInput => ({ type: "COMBO", oneOf: names });
const linked = (types: Record<string, LinkType>): Record<string, NodeInput> =>
  Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));

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
    ...linked({ model: "MODEL", clip: "CLIP" }),
    lora_name: file,
    strength_model: float(-100, 100),
    strength_clip: float(-100, 100),
  },
  LoraLoaderModelOnly: { model: { type: "MODEL" }, lora_name: file, strength_model: float(-100, 100) },
  CLIPTextEncode: { text, clip: { type: "CLIP" } },
  FluxGuidance: { conditioning: { type: "CONDITIONING" }, guidance: float(0, 100) },
  EmptyLatentImage: emptyLatent,
  EmptySD3LatentImage: emptyLatent,
  EmptyImage: { width: int(1, 16_384), height: int(1, 16_384), batch_size: batch, color: int(0, 0xffffff) },
  KSampler: {
    model: { type: "MODEL" },
    seed,
    steps,
    cfg: float(0, 100),
    sampler_name: sampler,
    scheduler,
    ...linked({ positive: "CONDITIONING", negative: "CONDITIONING", latent_image: "LATENT" }),
    denoise: float(0, 1),
  },
  KSamplerSelect: { sampler_name: sampler },
  BasicScheduler: { model: { type: "MODEL" }, scheduler, steps, denoise: float(0, 1) },
  RandomNoise: { noise_seed: seed },
  BasicGuider: linked({ model: "MODEL", conditioning: "CONDITIONING" }),
  SamplerCustomAdvanced: linked({
    noise: "NOISE",
    guider: "GUIDER",
    sampler: "SAMPLER",
    sigmas: "SIGMAS",
    latent_image: "LATENT",
  }),
  VAEDecode: linked({ samples: "LATENT", vae: "VAE" }),
  VAEEncode: linked({ pixels: "IMAGE", vae: "VAE" }),
  LoadImage: { image: file },
  LoadImageMask: { image: file, channel: oneOf("alpha", "red", "green", "blue") },
  ImageInvert: linked({ image: "IMAGE" }),
  ImageBatch: linked({ image1: "IMAGE", image2: "IMAGE" }),
  ImageScale: {
    image: { type: "IMAGE" },
    upscale_method: resize,
    width: int(0, 16_384),
    height: int(0, 16_384),
    crop: oneOf("disabled", "center"),
  },
  ImageScaleBy: { image: { type: "IMAGE" }, upscale_method: resize, scale_by: float(0.01, 8) },
  CreateVideo: { images: { type: "IMAGE" }, fps: float(1, 120) },
  SaveImage: { images: { type: "IMAGE" }, filename_prefix: text },
  PreviewImage: linked({ images: "IMAGE" }),
  SaveVideo: { video: { type: "VIDEO" }, filename_prefix: text, format: file, codec: file },
  SaveWEBM: {
    images: { type: "IMAGE" },
    filename_prefix: text,
    codec: oneOf("vp9", "av1"),
    fps: float(0.01, 1000),
    crf: float(0, 63),
  },
  SaveAnimatedWEBP: {
    images: { type: "IMAGE" },
    filename_prefix: text,
    fps: float(0.01, 1000),
    lossless: flag,
    quality: int(0, 100),
    method: oneOf("default", "fastest", "slowest"),
  },
  SaveAnimatedPNG: {
    images: { type: "IMAGE" },
    filename_prefix: text,
    fps: float(0.01, 1000),
    compress_level: int(0, 9),
  },
  LoadAudio: { audio: file },
  SaveAudio: { audio: { type: "AUDIO" }, filename_prefix: text },
  SaveAudioMP3: { audio: { type: "AUDIO" }, filename_prefix: text },
};

/** What the nodes above hand on, by the number of their output. */
const outputTypes: Readonly<Record<string, readonly LinkType[]>> = {
  CheckpointLoaderSimple: ["MODEL", "CLIP", "VAE"],
  UNETLoader: ["MODEL"],
  CLIPLoader: ["CLIP"],
  DualCLIPLoader: ["CLIP"],
  VAELoader: ["VAE"],
  LoraLoader: ["MODEL", "CLIP"],
  LoraLoaderModelOnly: ["MODEL"],
  CLIPTextEncode: ["CONDITIONING"],
  FluxGuidance: ["CONDITIONING"],
  EmptyLatentImage: ["LATENT"],
  EmptySD3LatentImage: ["LATENT"],
  EmptyImage: ["IMAGE"],
  KSampler: ["LATENT"],
  KSamplerSelect: ["SAMPLER"],
  BasicScheduler: ["SIGMAS"],
  RandomNoise: ["NOISE"],
  BasicGuider: ["GUIDER"],
  SamplerCustomAdvanced: ["LATENT", "LATENT"],
  VAEDecode: ["IMAGE"],
  VAEEncode: ["LATENT"],
  LoadImage: ["IMAGE", "MASK"],
  LoadImageMask: ["MASK"],
  ImageInvert: ["IMAGE"],
  ImageBatch: ["IMAGE"],
  ImageScale: ["IMAGE"],
  ImageScaleBy: ["IMAGE"],
  CreateVideo: ["VIDEO"],
  LoadAudio: ["AUDIO"],
};

/** What an output of a node hands on: undefined if there is no such output, and "*" if nobody knows. */
export function outputType(name: string, index: number): string | undefined {
  return Object.hasOwn(nodeTypes, name) ? outputTypes[name]?.[index] : "*";
}

/** Further nodes of ComfyUI, whose inputs are not checked. */
const otherNodes = new Set(
  ("APG AddNoise AlignYourStepsScheduler AudioAdjustVolume AudioConcat AudioEncoderEncode AudioEncoderLoader " +
    "AudioMerge BetaSamplingScheduler CFGGuider CFGNorm CFGZeroStar CLIPAttentionMultiply CLIPMergeAdd " +
    "CLIPMergeSimple CLIPMergeSubtract CLIPSave CLIPSetLastLayer CLIPTextEncodeControlnet CLIPTextEncodeFlux " +
    "CLIPTextEncodeHiDream CLIPTextEncodeHunyuanDiT CLIPTextEncodeLumina2 CLIPTextEncodePixArtAlpha " +
    "CLIPTextEncodeSD3 CLIPTextEncodeSDXL CLIPTextEncodeSDXLRefiner CLIPVisionEncode CLIPVisionLoader Canny " +
    "CaseConverter CheckpointLoader CheckpointSave ChromaRadianceOptions CombineHooks2 CombineHooks4 " +
    "CombineHooks8 ConditioningAverage ConditioningCombine ConditioningConcat ConditioningSetArea " +
    "ConditioningSetAreaPercentage ConditioningSetAreaPercentageVideo ConditioningSetAreaStrength " +
    "ConditioningSetDefaultCombine ConditioningSetMask ConditioningSetProperties " +
    "ConditioningSetPropertiesAndCombine ConditioningSetTimestepRange ConditioningStableAudio " +
    "ConditioningTimestepsRange ConditioningZeroOut ContextWindowsManual ControlNetApply ControlNetApplyAdvanced " +
    "ControlNetApplySD3 ControlNetInpaintingAliMamaApply ControlNetLoader CosmosImageToVideoLatent " +
    "CosmosPredict2ImageToVideoLatent CreateHookKeyframe CreateHookKeyframesFromFloats " +
    "CreateHookKeyframesInterpolated CreateHookLora CreateHookLoraModelOnly CreateHookModelAsLora " +
    "CreateHookModelAsLoraModelOnly CropMask DiffControlNetLoader DifferentialDiffusion DiffusersLoader " +
    "DisableNoise DualCFGGuider EasyCache EmptyAceStepLatentAudio EmptyAudio EmptyChromaRadianceLatentImage " +
    "EmptyCosmosLatentVideo EmptyFlux2LatentImage EmptyHunyuanImageLatent EmptyHunyuanLatentVideo " +
    "EmptyLTXVLatentVideo EmptyLatentAudio EmptyLatentHunyuan3Dv2 EmptyMochiLatentVideo Epsilon Scaling " +
    "ExponentialScheduler ExtendIntermediateSigmas FeatherMask FlipSigmas Flux2Scheduler FluxDisableGuidance " +
    "FluxKontextImageScale FluxKontextMultiReferenceLatentMethod FreSca FreeU FreeU_V2 GITSScheduler GLIGENLoader " +
    "GLIGENTextBoxApply GetImageSize GetVideoComponents GrowMask Hunyuan3Dv2Conditioning " +
    "Hunyuan3Dv2ConditioningMultiView HunyuanImageToVideo HunyuanRefinerLatent HyperTile HypernetworkLoader " +
    "ImageAddNoise ImageBlend ImageBlur ImageColorToMask ImageCompositeMasked ImageCrop ImageFlip ImageFromBatch " +
    "ImageOnlyCheckpointLoader ImageOnlyCheckpointSave ImagePadForOutpaint ImageQuantize ImageRGBToYUV " +
    "ImageRotate ImageScaleToMaxDimension ImageScaleToTotalPixels ImageSharpen ImageStitch ImageToMask " +
    "ImageUpscaleWithModel ImageYUVToRGB InpaintModelConditioning InstructPixToPixConditioning InvertMask " +
    "JoinImageWithAlpha KSamplerAdvanced KarrasScheduler LTXVAddGuide LTXVConditioning LTXVCropGuides " +
    "LTXVImgToVideo LTXVPreprocess LTXVScheduler LaplaceScheduler LatentAdd LatentApplyOperation " +
    "LatentApplyOperationCFG LatentBatch LatentBatchSeedBehavior LatentBlend LatentComposite " +
    "LatentCompositeMasked LatentConcat LatentCrop LatentCut LatentFlip LatentFromBatch LatentInterpolate " +
    "LatentMultiply LatentOperationSharpen LatentOperationTonemapReinhard LatentRotate LatentSubtract " +
    "LatentUpscale LatentUpscaleBy LazyCache Load3D Load3DAnimation LoadImageOutput LoadImageSetFromFolderNode " +
    "LoadImageTextSetFromFolderNode LoadLatent LoadVideo LoraModelLoader LoraSave LossGraphNode LotusConditioning " +
    "Mahiro MaskComposite MaskPreview MaskToImage ModelComputeDtype ModelMergeAdd ModelMergeAuraflow " +
    "ModelMergeBlocks ModelMergeCosmos14B ModelMergeCosmos7B ModelMergeCosmosPredict2_14B " +
    "ModelMergeCosmosPredict2_2B ModelMergeFlux1 ModelMergeLTXV ModelMergeMochiPreview ModelMergeQwenImage " +
    "ModelMergeSD1 ModelMergeSD2 ModelMergeSD35_Large ModelMergeSD3_2B ModelMergeSDXL ModelMergeSimple " +
    "ModelMergeSubtract ModelMergeWAN2_1 ModelPatchLoader ModelSamplingAuraFlow ModelSamplingContinuousEDM " +
    "ModelSamplingContinuousV ModelSamplingDiscrete ModelSamplingFlux ModelSamplingLTXV ModelSamplingSD3 " +
    "ModelSamplingStableCascade ModelSave Morphology OptimalStepsScheduler PairConditioningCombine " +
    "PairConditioningSetDefaultCombine PairConditioningSetProperties PairConditioningSetPropertiesAndCombine " +
    "PatchModelAddDownscale PerpNeg PerpNegGuider PerturbedAttentionGuidance PhotoMakerEncode PhotoMakerLoader " +
    "PolyexponentialScheduler PorterDuffImageComposite Preview3D Preview3DAnimation PreviewAny PreviewAudio " +
    "PrimitiveBoolean PrimitiveFloat PrimitiveInt PrimitiveString PrimitiveStringMultiline QuadrupleCLIPLoader " +
    "QwenImageDiffsynthControlnet RebatchImages RebatchLatents RecordAudio ReferenceLatent RegexExtract " +
    "RegexMatch RegexReplace RenormCFG RepeatImageBatch RepeatLatentBatch RescaleCFG ResizeAndPadImage " +
    "SDTurboScheduler SD_4XUpscale_Conditioning SV3D_Conditioning SVD_img2vid_Conditioning SamplerCustom " +
    "SamplerDPMAdaptative SamplerDPMPP_2M_SDE SamplerDPMPP_2S_Ancestral SamplerDPMPP_3M_SDE SamplerDPMPP_SDE " +
    "SamplerER_SDE SamplerEulerAncestral SamplerEulerAncestralCFGPP SamplerEulerCFGpp SamplerLCMUpscale " +
    "SamplerLMS SamplerSASolver SamplingPercentToSigma SaveAudioOpus SaveGLB SaveLatent SaveLoRANode SaveSVGNode " +
    "SelfAttentionGuidance SetClipHooks SetFirstSigma SetHookKeyframes SetLatentNoiseMask SetUnionControlNetType " +
    "SkipLayerGuidanceDiT SkipLayerGuidanceDiTSimple SkipLayerGuidanceSD3 SolidMask SplitAudioChannels " +
    "SplitImageWithAlpha SplitSigmas SplitSigmasDenoise StableCascade_EmptyLatentImage " +
    "StableCascade_StageB_Conditioning StableCascade_StageC_VAEEncode StableCascade_SuperResolutionControlnet " +
    "StableZero123_Conditioning StableZero123_Conditioning_Batched StringCompare StringConcatenate StringContains " +
    "StringLength StringReplace StringSubstring StringTrim StyleModelApply StyleModelLoader T5TokenizerOptions " +
    "TCFG TextEncodeAceStepAudio TextEncodeHunyuanVideo_ImageToVideo TextEncodeQwenImageEdit " +
    "TextEncodeQwenImageEditPlus ThresholdMask TomePatchModel TorchCompileModel TrainLoraNode TrimAudioDuration " +
    "TrimVideoLatent TripleCLIPLoader UNetCrossAttentionMultiply UNetSelfAttentionMultiply " +
    "UNetTemporalAttentionMultiply USOStyleReference UpscaleModelLoader VAEDecodeAudio VAEDecodeHunyuan3D " +
    "VAEDecodeTiled VAEEncodeAudio VAEEncodeForInpaint VAEEncodeTiled VAESave VPScheduler VideoLinearCFGGuidance " +
    "VideoTriangleCFGGuidance VoxelToMesh VoxelToMeshBasic Wan22FunControlToVideo Wan22ImageToVideoLatent " +
    "WanAnimateToVideo WanCameraEmbedding WanCameraImageToVideo WanContextWindowsManual WanFirstLastFrameToVideo " +
    "WanFunControlToVideo WanFunInpaintToVideo WanHuMoImageToVideo WanImageToVideo WanPhantomSubjectToVideo " +
    "WanSoundImageToVideo WanSoundImageToVideoExtend WanTrackToVideo WanVaceToVideo WebcamCapture " +
    "unCLIPCheckpointLoader unCLIPConditioning").split(" "),
);

/** Whether ComfyUI has a node of this class without further ones being installed. */
export function isOwnNode(name: string): boolean {
  return Object.hasOwn(nodeTypes, name) || otherNodes.has(name);
}

/** Whether the workflow is run for what this node does. */
export function isOutputNode(name: string): boolean {
  return /^(Save|Preview)|Save$/.test(name) || name === "MaskPreview" || name === "LossGraphNode";
}
